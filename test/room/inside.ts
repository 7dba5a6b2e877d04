// Runs test code inside the room's object, for events that must happen at one instant.

import { runInDurableObject } from 'cloudflare:test'
import { vi } from 'vitest'
import type { RoomFrame } from '../../src/contract/frames.ts'
import type { Room } from '../../src/room/chat-room.ts'
import { Clock } from '../../src/room/clock/clock.ts'
import { type JoinRequest, joinRequestHeader } from '../../src/room/rpc.ts'
import { type Person, theRoom } from '../support/chat.ts'

/** A person who connects to the room directly, without an account and without the Worker. */
export function personWithoutAccount(username: string): Omit<Person, 'token'> {
  return { id: crypto.randomUUID(), username, sessionId: crypto.randomUUID() }
}

/** A clock for a test of one component of the room. */
export const wallClock = () => new Clock(() => Date.now())

/** Runs while the room's clock stands still, so that the gap after a broadcast does not end. */
export function inOneInstant<T>(work: (room: Room, state: DurableObjectState) => T) {
  return runInDurableObject(theRoom(), async (room, state) => {
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now())
    let outcome: T
    try {
      outcome = work(room, state)
    } finally {
      clock.mockRestore()
    }
    return await outcome
  })
}

/** Stops the clock. It moves only when the test fires a timer, by the time of that timer. */
export function takeOverTime() {
  const timers: { run: () => void; ms: number }[] = []
  vi.spyOn(Date, 'now').mockReturnValue(Date.now())
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms: number) => {
    const fire = () => {
      vi.mocked(Date.now).mockReturnValue(Date.now() + ms)
      run()
    }
    timers.push({ run: fire, ms })
    return timers.length
  }) as unknown as typeof setTimeout)
  return timers
}

/** Delivers a `send_message` frame to the room on the person's latest socket. */
export function deliverMessage(
  { room, state }: { room: Room; state: DurableObjectState },
  { id }: Pick<Person, 'id'>,
  data: { content: string; client_id?: string },
): void {
  const socket = state.getWebSockets(id).at(-1)
  if (!socket) throw new Error('No socket')
  void room.webSocketMessage(socket, JSON.stringify({ event: 'send_message', data }))
}

/** Asks the room for an upgrade, as the Worker does. */
export function requestUpgrade(
  room: Room,
  { id, username, sessionId }: Omit<Person, 'token'>,
  more: Partial<Pick<JoinRequest, 'resume' | 'batching' | 'address'>> = {},
): Response {
  const joinRequest: JoinRequest = {
    member: { id, username },
    sessionId,
    tokenExpiresAt: Date.now() / 1000 + 3_600,
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

/** Opens a socket to the room directly, without the Worker. */
export function openSocket(
  room: Room,
  person: Omit<Person, 'token'>,
  resume: JoinRequest['resume'] = null,
  kind: 'plain' | 'batching' = 'plain',
) {
  const socket = requestUpgrade(room, person, { resume, batching: kind === 'batching' }).webSocket
  if (!socket) throw new Error('No socket')
  const frames: RoomFrame[] = []
  let onFrame = () => {}
  const until = (enough: () => boolean) =>
    new Promise<void>((resolve) => {
      onFrame = () => {
        if (enough()) resolve()
      }
      onFrame()
    })
  const closed = new Promise<number>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      frames.push(...([JSON.parse(String(data))].flat() as RoomFrame[]))
      onFrame()
    })
    socket.addEventListener('close', ({ code }) => resolve(code))
  })
  socket.accept()
  return { frames, closed, until }
}
