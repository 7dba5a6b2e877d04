// One WebSocket, from opening to close: frames in order, and the heartbeat. The heartbeat proves to
// the room that the client reads, and finds a dead connection: one that answers too late is closed.

import { type ClientEvents, canonicalPing, type Frame } from '../contract.ts'
import type { Platform, SocketLike } from '../platform.ts'
import { ChatProblem } from '../problem.ts'
import { utf8Length } from '../utf8-length.ts'

const openWithinMs = 10_000
/** The replay may be a megabyte, in one WebSocket message. */
const syncWithinMs = 30_000
const pongWithinMs = 10_000
/** A ping is due after so many bytes, so that the room knows that they are read. */
const pingAfterBytes = 256 * 1024

export type RoomSocket = {
  send<E extends keyof ClientEvents>(event: E, data: ClientEvents[E]): void
  /** Sends a ping, unless a pong is due already. */
  checkAlive(): void
  /** Closes the socket; `onClose` gets this code. */
  close(code: number): void
}

type SocketHandlers = {
  onFrame(frame: Frame): void
  /** Gets the close code, 0 for none. No frame comes after it. */
  onClose(code: number): void
}

/** @throws ChatProblem `unsupported` where the platform cannot open a socket */
function open(platform: Platform, url: string, protocols: string[]): SocketLike {
  try {
    return platform.openSocket(url, protocols)
  } catch (cause) {
    throw new ChatProblem('unsupported', `No socket can be opened: ${cause}`, { cause })
  }
}

export function openRoomSocket(
  platform: Platform,
  url: string,
  protocols: string[],
  { onFrame, onClose }: SocketHandlers,
): RoomSocket {
  const socket = open(platform, url, protocols)
  let isClosed = false
  /** Also true before the replay is complete, when the room answers no ping. */
  let isPongDue = true
  let bytes = 0
  let heartbeatMs = 0
  /** One timer for the handshake, the replay, the next ping and its pong. */
  let cancel = () => {}
  const setTimer = (ms: number, run: () => void) => {
    cancel()
    if (!isClosed) cancel = platform.after(ms, run)
  }
  const closeDead = () => close(0)

  function close(code: number): void {
    if (isClosed) return
    isClosed = true
    cancel()
    // On a dead connection the platform reports the close minutes later.
    socket.close()
    onClose(code)
  }

  function checkAlive(): void {
    if (isPongDue) return
    isPongDue = true
    bytes = 0
    setTimer(pongWithinMs, closeDead)
    socket.send(canonicalPing)
  }

  function handle(frame: Frame): void {
    const { event, data } = frame
    if (event === 'welcome') heartbeatMs = data.heartbeat_ms
    if (event === 'synced' || event === 'pong') {
      isPongDue = false
      setTimer(heartbeatMs, checkAlive)
    }
    // The room trusts a client that has pinged with more unread bytes.
    if (event === 'synced') checkAlive()
    onFrame(frame)
  }

  setTimer(openWithinMs, closeDead)
  socket.onopen = () => setTimer(syncWithinMs, closeDead)
  socket.onclose = ({ code }: { code: number }) => close(code)
  socket.onerror = () => {}
  socket.onmessage = ({ data }: { data: string }) => {
    bytes += utf8Length(data)
    try {
      const frames: Frame[] = [JSON.parse(data)].flat()
      for (const frame of frames) if (!isClosed) handle(frame)
    } catch {
      // The room never sends a frame that fails here, so something else answers in its place.
      close(0)
    }
    if (!isClosed && bytes >= pingAfterBytes) checkAlive()
  }

  return { send: (event, data) => socket.send(JSON.stringify({ event, data })), checkAlive, close }
}
