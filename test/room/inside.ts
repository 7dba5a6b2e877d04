// Runs test code inside the room's object, for events that must happen at the same instant.

import { runInDurableObject } from 'cloudflare:test'
import type { RoomFrame } from '../../src/contract/frames.ts'
import type { ErasureMode } from '../../src/contract/values.ts'
import type { ArchiveRow } from '../../src/domain/archive-row.ts'
import type { StoredMessage } from '../../src/domain/message.ts'
import { Clock } from '../../src/room/clock/clock.ts'
import { createLog } from '../../src/room/log/create-log.ts'
import { eraseUser } from '../../src/room/log/erase-user.ts'
import { type JoinRequest, joinRequestHeader } from '../../src/room/rpc.ts'
import { readMessage } from '../kit/protocol.ts'
import { type Person, theRoom } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import type { ChatRoom } from '../support/worker.ts'

/** A user who connects to the room directly, without an account and without the Worker. */
export function personWithoutAccount(username: string): Omit<Person, 'token'> {
  return { id: crypto.randomUUID(), username, sessionId: crypto.randomUUID() }
}

/** The room's clock, for a test of one component. */
export const roomClock = () => new Clock(testClock)

/** The log of an object, with what tests ask of its kinds. Its tables must exist. */
export function openLog(storage: DurableObjectStorage) {
  const { log, meta, messages, erasures } = createLog(storage)
  return Object.assign(log, {
    meta,
    messages,
    erasures,
    newId: (now: number) => messages.ids.next(now),
    append: (message: StoredMessage) => messages.append(message),
    revise: (message: StoredMessage) => messages.revise(message),
    find: (id: string) => messages.find(id),
    tail: (before: string | null, limit: number, flushedSeq: number) =>
      messages.roomShare(before, limit, { session: log.position, flushedSeq }),
    erase: (userId: string, remains: ErasureMode, now: number) =>
      eraseUser({ log, erasures }, userId, remains, now),
  })
}
export type TestLog = ReturnType<typeof openLog>

/** The rows of a test that has no other kind. */
export const messagesOf = (rows: Pick<ArchiveRow, 'state'>[]) =>
  rows.map(({ state }) => state as StoredMessage)

/** The bytes of a row, for a test that has no other kind. */
export const contentBytes = (row: Pick<ArchiveRow, 'state'>) =>
  messagesOf([row]).reduce((sum, { content }) => sum + content.length, 0)

/** For a test of a component that has a duty, where no alarm is needed. */
export const noAlarm = { set: () => {} }

/** Runs while the room's clock stands still, so that the gap after a broadcast does not end. */
export function inOneInstant<T>(work: (room: ChatRoom, state: DurableObjectState) => T) {
  return runInDurableObject(theRoom(), async (room, state) => {
    testClock.stop()
    let outcome: T
    try {
      outcome = work(room, state)
    } finally {
      testClock.reset()
    }
    return await outcome
  })
}

/** Delivers a `send_message` frame to the room on the person's latest socket. */
export function deliverMessage(
  { room, state }: { room: ChatRoom; state: DurableObjectState },
  { id }: Pick<Person, 'id'>,
  data: { content: string; client_id?: string },
): void {
  const socket = state.getWebSockets(id).at(-1)
  if (!socket) throw new Error('No socket')
  void room.webSocketMessage(socket, JSON.stringify({ event: 'send_message', data }))
}

/** Requests an upgrade from the room, as the Worker does. */
export function requestUpgrade(
  room: ChatRoom,
  { id, username, sessionId }: Omit<Person, 'token'>,
  more: Partial<Pick<JoinRequest, 'resume' | 'batching' | 'address'>> = {},
): Response {
  const joinRequest: JoinRequest = {
    member: { id, username },
    sessionId,
    tokenExpiresAt: testClock.now() / 1000 + 3_600,
    batching: false,
    resume: null,
    ...more,
  }
  const headers = {
    Upgrade: 'websocket',
    [joinRequestHeader]: encodeURIComponent(JSON.stringify(joinRequest)),
  }
  return room.fetch(new Request('http://room/', { headers }))
}

/**
 * Opens a socket to the room directly, without the Worker. Its frames are not checked against the
 * contract, which would take too long for a crowd.
 */
export function openSocket(
  room: ChatRoom,
  person: Omit<Person, 'token'>,
  resume: JoinRequest['resume'] = null,
  kind: 'plain' | 'batching' = 'plain',
) {
  const batching = kind === 'batching'
  const socket = requestUpgrade(room, person, { resume, batching }).webSocket
  if (!socket) throw new Error('No socket')
  const frames: RoomFrame[] = []
  let onFrame = () => {}
  const until = (isEnough: () => boolean) =>
    new Promise<void>((resolve) => {
      onFrame = () => {
        if (isEnough()) resolve()
      }
      onFrame()
    })
  const closed = new Promise<number>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      frames.push(...(readMessage(String(data), { batching }).frames as RoomFrame[]))
      onFrame()
    })
    socket.addEventListener('close', ({ code }) => resolve(code))
  })
  socket.accept()
  return { frames, closed, until }
}
