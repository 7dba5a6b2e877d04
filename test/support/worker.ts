// The Worker under test: the real one, with a clock and a retention that tests can set, and with a
// room whose components they can reach.

import type { Env } from '../../src/env.ts'
import { createHandler } from '../../src/handler.ts'
import { BaseChatRoom } from '../../src/room/chat-room.ts'
import type { RoomComponents } from '../../src/room/create-room.ts'
import type { Retention } from '../../src/room/log/event-kind.ts'
import { defaultRetention } from '../../src/room/log/retention.ts'
import { createRoomPorts } from '../../src/room-composition.ts'
import { testClock } from './test-clock.ts'

export { MachineClock } from '../../src/room/clock/machine-clock.ts'

export const retention: Retention = { ...defaultRetention }

/** Settings of the room that a test may change before a start of it. */
export const roomSettings = { generation: 0, retentionDays: 0 }

export class ChatRoom extends BaseChatRoom {
  constructor(state: DurableObjectState, env: Env) {
    const machineNow = async () => testClock.now()
    const ports = createRoomPorts(env, testClock, machineNow, state.id.name)
    super(state, env, { ...ports, retention, ...roomSettings })
  }

  get isOpen(): boolean {
    return this.lifecycle.closed === null
  }

  get components(): RoomComponents {
    return this.lifecycle.require()
  }
}

let handler = createHandler(testClock)
// The Worker keeps its state by the object of its settings.
let copies = new WeakMap<Env, Env>()

/** A Worker without any state, such as what it found when it last checked Postgres. */
export function newIsolate(): void {
  handler = createHandler(testClock)
  copies = new WeakMap()
}

export default {
  fetch(request, env, context) {
    const copy = copies.get(env) ?? { ...env }
    copies.set(env, copy)
    return handler.fetch(request, copy, context)
  },
} satisfies ExportedHandler<Env>
