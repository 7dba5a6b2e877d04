"""Sends one message, prints what is said, and resumes after a loss of the connection. For Python 3.10."""

import asyncio
import contextlib
import json
import os
import sys
import urllib.request
import uuid

import websockets

URL = os.environ.get("CHAT_URL", "http://localhost:8787")
EMAIL = os.environ.get("CHAT_EMAIL", "ada@example.com")
PASSWORD = os.environ.get("CHAT_PASSWORD", "a long password")


def access_token() -> str:
    """Logs in. The token is valid for an hour, and so is a connection that was opened with it."""
    body = json.dumps({"email": EMAIL, "password": PASSWORD}).encode()
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{URL}/auth/login", body, headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["access_token"]


async def ping(room) -> None:
    """Without pings, the service takes a connection for dead. It ends with the connection."""
    with contextlib.suppress(websockets.ConnectionClosed):
        while True:
            await room.send('{"event":"ping","data":{}}')
            await asyncio.sleep(25)


class Talk:
    def __init__(self, content: str) -> None:
        # However often it is sent, a message with the same id is one message.
        self.message = {"content": content, "client_id": str(uuid.uuid4())}
        self.is_accepted = False
        self.epoch, self.seq = "", 0

    async def read(self, room, frame: dict) -> None:
        event, data = frame["event"], frame["data"]
        self.seq = frame.get("seq", self.seq)
        if event == "welcome":
            self.epoch = data["epoch"]
        elif event == "synced" and not self.is_accepted:
            await room.send(json.dumps({"event": "send_message", "data": self.message}))
        elif event == "new_message":
            self.is_accepted |= data.get("client_id") == self.message["client_id"]
            print(f"{data['username']}: {data['content']}", flush=True)
        elif event == "error":
            print(data["message"], file=sys.stderr, flush=True)

    async def run(self) -> None:
        while True:
            position = f"?epoch={self.epoch}&since={self.seq}" if self.epoch else ""
            url = f"ws{URL.removeprefix('http')}/ws/chat{position}"
            try:
                protocols = ["chat.v1", f"bearer.{access_token()}"]
                async with websockets.connect(url, subprotocols=protocols) as room:
                    pings = asyncio.create_task(ping(room))
                    async for text in room:
                        batch = json.loads(text)
                        for frame in batch if isinstance(batch, list) else [batch]:
                            await self.read(room, frame)
            except (OSError, websockets.WebSocketException) as fault:
                if isinstance(fault, urllib.error.HTTPError) and fault.code < 429:
                    raise
                print(f"Connecting again: {fault}", file=sys.stderr, flush=True)
            await asyncio.sleep(2)


if __name__ == "__main__":
    try:
        asyncio.run(Talk(" ".join(sys.argv[1:]) or "Hello from Python").run())
    except KeyboardInterrupt:
        sys.exit()
    except urllib.error.HTTPError as refused:
        sys.exit(json.load(refused)["detail"])
