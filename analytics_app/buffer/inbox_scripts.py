"""The Lua scripts that change the inbox. Each runs in Redis as one atomic step, with one fsync, by Redis' own clock."""

from __future__ import annotations

PRELUDE = """
local groups, due, arrived, tries, bytes, full, paused = unpack(KEYS)
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
"""

# A group that is there already changes nothing, so a put whose answer was lost can be repeated.
# The flag that the inbox is full is in Redis, so that all API processes start to accept again at the same level.
PUT = """
local id, group, again, high, low, overhead, regardless = unpack(ARGV)
local held = tonumber(redis.call('GET', bytes) or '0')
if redis.call('HEXISTS', groups, id) == 1 then return 0 end
local was_full = redis.call('EXISTS', full) == 1
local is_full = held >= tonumber(high) or was_full and held > tonumber(low)
if is_full and regardless == '0' then
  if not was_full then redis.call('SET', full, 1) end
  return -1
end
redis.call('HSET', groups, id, group)
redis.call('ZADD', due, now + again, id)
redis.call('ZADD', arrived, now, id)
if not is_full then redis.call('DEL', full) end
redis.call('INCRBY', bytes, #group + overhead)
return 0
"""

# Exponential backoff: the pause doubles with every try that did not lead to a commit, so that a poison group, one that
# kills its worker, cannot monopolise the workers.
TAKE = """
local id, again, again_max = unpack(ARGV)
if redis.call('EXISTS', paused) == 1 then
  redis.call('ZADD', due, 'XX', now + again, id)
  return false
end
local group = redis.call('HGET', groups, id)
if not group then return false end
local count = redis.call('HINCRBY', tries, id, 1)
redis.call('ZADD', due, now + math.min(again * 2 ^ (count - 1), tonumber(again_max)), id)
return {group, count}
"""

# HDEL comes first: when Redis is out of memory, it lets a script continue that has started to free some.
# An empty inbox contains 0 bytes, whatever a version with another OVERHEAD counted. The full flag is cleared here too:
# a client that waits for /ready before it sends again would wait for ever.
REMOVE = """
local id, overhead, low = unpack(ARGV)
local size = redis.call('HSTRLEN', groups, id)
if redis.call('HDEL', groups, id) == 0 then return 0 end
redis.call('ZREM', due, id)
redis.call('ZREM', arrived, id)
redis.call('HDEL', tries, id)
local held = redis.call('DECRBY', bytes, size + overhead)
if redis.call('EXISTS', groups) == 0 then
  redis.call('DEL', bytes, full)
elseif held <= tonumber(low) then
  redis.call('DEL', full)
end
return 1
"""

POSTPONE = """
local id, again = unpack(ARGV)
redis.call('ZADD', due, 'XX', now + again, id)
redis.call('HDEL', tries, id)
"""

CLAIM = """
local limit, again = unpack(ARGV)
local overdue = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, limit)
for _, id in ipairs(overdue) do redis.call('ZADD', due, now + again, id) end
return overdue
"""
