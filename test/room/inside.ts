// The room from inside, for what has to happen in one instant.

import { runInDurableObject } from 'cloudflare:test'
import { vi } from 'vitest'
import type { RoomFrame } from '../../src/contract/frames.ts'
import type { Room } from '../../src/room/chat-room.ts'
import { Clock } from '../../src/room/clock/clock.ts'
import { type JoinRequest, joinRequestHeader } from '../../src/room/rpc.ts'
import { type Person, theRoom } from '../support/chat.ts'

/** Someone who comes by the door itself, without an account. */
export function newcomer(username: string): Omit<Person, 'token'> {
  return { id: crypto.randomUUID(), username, sessionId: crypto.randomUUID() }
}

/** A clock for a part of the room that stands alone. */
export const wallClock = () => new Clock(() => Date.now())

/** Runs while the room's clock stands still: once something was told, its line rests. */
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

/** The clock stands still until a timer is asked to go off: then its time has passed. */
export function takeOverTime() {
  const timers: { run: () => void; ms: number }[] = []
  vi.spyOn(Date, 'now').mockReturnValue(Date.now())
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms: number) => {
    const goOff = () => {
      vi.mocked(Date.now).mockReturnValue(Date.now() + ms)
      run()
    }
    timers.push({ run: goOff, ms })
    return timers.length
  }) as unknown as typeof setTimeout)
  return timers
}

/** A frame of a client reaches the room, on their latest socket. */
export function hear(
  { room, state }: { room: Room; state: DurableObjectState },
  { id }: Pick<Person, 'id'>,
  data: { content: string; client_id?: string },
): void {
  const socket = state.getWebSockets(id).at(-1)
  if (!socket) throw new Error('No socket')
  void room.webSocketMessage(socket, JSON.stringify({ event: 'send_message', data }))
}

/** Asks at the door itself, as the Worker does. */
export function knock(
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

/** Opens a socket by the door itself. */
export function enter(
  room: Room,
  person: Omit<Person, 'token'>,
  resume: JoinRequest['resume'] = null,
  kind: 'plain' | 'batching' = 'plain',
) {
  const socket = knock(room, person, { resume, batching: kind === 'batching' }).webSocket
  if (!socket) throw new Error('No socket')
  const frames: RoomFrame[] = []
  let heard = () => {}
  const until = (enough: () => boolean) =>
    new Promise<void>((resolve) => {
      heard = () => {
        if (enough()) resolve()
      }
      heard()
    })
  const closed = new Promise<number>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      frames.push(...([JSON.parse(String(data))].flat() as RoomFrame[]))
      heard()
    })
    socket.addEventListener('close', ({ code }) => resolve(code))
  })
  socket.accept()
  return { frames, closed, until }
}
