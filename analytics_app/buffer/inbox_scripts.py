"""The Lua scripts that change the inbox. Each runs in Redis as one atomic step, with one fsync, by Redis' own clock.

`due` has the time from which each group may be taken. A group that is put is due at once. A taken one is due again
after its lease, which ends without effect if the group is removed in time.
"""

from __future__ import annotations

PRELUDE = """
local groups, due, arrived, tries, bytes, full, paused, awake, queue, worker = unpack(KEYS)
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
"""

# A group that is there already changes nothing, so a put whose answer was lost can be repeated.
# The flag that the inbox is full is in Redis, so that all API processes start to accept again at the same level.
# Returns 1 if the caller must send a task: none waits, and no worker has promised (`awake`) to look again. Setting
# the promise makes it one caller of many; if that one fails, the promise expires.
PUT = """
local id, group, high, low, overhead, alone, promise = unpack(ARGV)
local held = tonumber(redis.call('GET', bytes) or '0')
if redis.call('HEXISTS', groups, id) == 1 then return 0 end
local was_full = redis.call('EXISTS', full) == 1
local is_full = held >= tonumber(high) or was_full and held > tonumber(low)
if is_full and alone == '0' then
  if not was_full then redis.call('SET', full, 1) end
  return -1
end
redis.call('HSET', groups, id, group)
redis.call('ZADD', due, now, id)
redis.call('ZADD', arrived, now, id)
if alone == '1' then redis.call('HSET', tries, id, 0) end
if not is_full then redis.call('DEL', full) end
redis.call('INCRBY', bytes, #group + overhead)
if redis.call('LLEN', queue) > 0 or redis.call('EXISTS', paused) == 1 then return 0 end
return redis.call('SET', awake, 1, 'NX', 'PX', promise) and 1 or 0
"""

# Whether anything may be taken. If not, the worker's loop ends here: a group that is put after this step finds no
# promise, and its caller sends a task. The worker is noted rarely, because a step that writes costs an fsync.
LOOK = """
if redis.call('PTTL', worker) < ARGV[1] / 2 then redis.call('SET', worker, 1, 'PX', ARGV[1]) end
if redis.call('EXISTS', paused) == 0 and redis.call('ZCOUNT', due, '-inf', now) > 0 then return 1 end
redis.call('DEL', awake)
return 0
"""

# Takes the groups that have been due for the longest time, each with a lease. A group that was tried before is taken
# alone, because it may be the one that fails. The lease doubles with every try (exponential backoff), so that a poison
# group, one that kills its worker, cannot monopolise the workers. If more is due than was taken, or another
# worker has taken everything meanwhile, the promise is withdrawn: the next put sends a task.
TAKE = """
local limit, room, again, again_max, promise = unpack(ARGV)
local taken, size = {0}, 0
if redis.call('EXISTS', paused) == 1 then return taken end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, limit)) do
  local tried = redis.call('HEXISTS', tries, id) == 1
  size = size + redis.call('HSTRLEN', groups, id)
  if #taken > 1 and (tried or size > tonumber(room)) then break end
  local count = redis.call('HINCRBY', tries, id, 1)
  redis.call('ZADD', due, now + math.min(again * 2 ^ (count - 1), tonumber(again_max)), id)
  table.insert(taken, id)
  table.insert(taken, redis.call('HGET', groups, id))
  table.insert(taken, count)
  if tried then break end
end
taken[1] = redis.call('ZCOUNT', due, '-inf', now)
if taken[1] > 0 or #taken == 1 then
  redis.call('DEL', awake)
else
  redis.call('SET', awake, 1, 'PX', promise)
end
return taken
"""

# HDEL comes first: when Redis is out of memory, it lets a script continue that has started to free some.
# An empty inbox contains 0 bytes, whatever a version with another OVERHEAD counted. The full flag is cleared here too:
# a client that waits for /ready before it sends again would wait for ever.
REMOVE = """
local overhead, low = unpack(ARGV, 1, 2)
local removed, freed = 0, 0
for number = 3, #ARGV do
  local id = ARGV[number]
  local size = redis.call('HSTRLEN', groups, id)
  if redis.call('HDEL', groups, id) == 1 then
    redis.call('ZREM', due, id)
    redis.call('ZREM', arrived, id)
    redis.call('HDEL', tries, id)
    removed, freed = removed + 1, freed + size + overhead
  end
end
if removed == 0 then return 0 end
local held = redis.call('DECRBY', bytes, freed)
if redis.call('EXISTS', groups) == 0 then
  redis.call('DEL', bytes, full)
elseif held <= tonumber(low) then
  redis.call('DEL', full)
end
return removed
"""

# 0 tries, not none: the group is taken alone from now on.
POSTPONE = """
for number = 2, #ARGV do
  local id = ARGV[number]
  if redis.call('HEXISTS', groups, id) == 1 then
    redis.call('ZADD', due, now + ARGV[1], id)
    redis.call('HSET', tries, id, 0)
  end
end
"""
