"""The API's side: accept a body, answer when it is durable."""
