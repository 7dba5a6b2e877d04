// One socket, from its opening to its end: frames in their order, and the heartbeat that proves to
// the room that it is read, and to us that it lives. What does not answer in time has ended.

import type { Platform, SocketLike } from './platform.ts'
import { ChatProblem } from './problem.ts'
import { canonicalPing, type Frame, type Said } from './wire.ts'

const openWithinMs = 10_000
/** The replay of what was missed may be a megabyte, in one piece. */
const syncWithinMs = 30_000
const pongWithinMs = 10_000
/** Received since the last ping: the room wants to know that somebody reads. */
const pingAfterBytes = 256 * 1024

export type Line = {
  say<E extends keyof Said>(event: E, data: Said[E]): void
  /** Asks for a sign of life, unless one is due already. */
  probe(): void
  /** Ends it here; `ended` is told this code. */
  end(code: number): void
}

type Ears = {
  hear(frame: Frame): void
  /** With the code of the close, 0 where there was none. Nothing is heard after that. */
  ended(code: number): void
}

/** @throws ChatProblem `unsupported` where the platform can't open it at all */
function open(platform: Platform, url: string, protocols: string[]): SocketLike {
  try {
    return platform.openSocket(url, protocols)
  } catch (cause) {
    throw new ChatProblem('unsupported', `No socket can be opened: ${cause}`, { cause })
  }
}

export function openLine(
  platform: Platform,
  url: string,
  protocols: string[],
  { hear, ended }: Ears,
): Line {
  const socket = open(platform, url, protocols)
  let over = false
  /** A pong is due, or nothing can be asked for yet. */
  let asked = true
  let bytes = 0
  let heartbeatMs = 0
  /** One timer: for the handshake, the replay, the next ping or its pong. */
  let cancel = () => {}
  const expect = (ms: number, otherwise: () => void) => {
    cancel()
    if (!over) cancel = platform.after(ms, otherwise)
  }
  const giveUp = () => end(0)

  function end(code: number): void {
    if (over) return
    over = true
    cancel()
    // On a dead line the close itself would take minutes: nobody waits for it.
    socket.close()
    ended(code)
  }

  function probe(): void {
    if (asked) return
    asked = true
    bytes = 0
    expect(pongWithinMs, giveUp)
    socket.send(canonicalPing)
  }

  function take(frame: Frame): void {
    const { event, data } = frame
    if (event === 'welcome') heartbeatMs = data.heartbeat_ms
    if (event === 'synced' || event === 'pong') {
      asked = false
      expect(heartbeatMs, probe)
    }
    // Once it has heard something of this socket, the room can also end it at once.
    if (event === 'synced') probe()
    hear(frame)
  }

  expect(openWithinMs, giveUp)
  socket.onopen = () => expect(syncWithinMs, giveUp)
  socket.onclose = ({ code }: { code: number }) => end(code)
  socket.onerror = () => {}
  socket.onmessage = ({ data }: { data: string }) => {
    let frames: Frame[] = []
    try {
      frames = [JSON.parse(data)].flat()
    } catch {
      end(0)
    }
    bytes += bytesOf(data)
    for (const frame of frames) if (!over) take(frame)
    if (!over && bytes >= pingAfterBytes) probe()
  }

  return { say: (event, data) => socket.send(JSON.stringify({ event, data })), probe, end }
}

/** Of its UTF-8. Some places for tests and apps have no TextEncoder. */
export function bytesOf(text = ''): number {
  let bytes = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    const isHalfPair = unit >> 11 === 27
    bytes += unit < 0x80 ? 1 : unit < 0x800 || isHalfPair ? 2 : 3
  }
  return bytes
}
