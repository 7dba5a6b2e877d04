// The entry of the Worker and of its Durable Objects.

import type { Env } from './env.ts'
import { createHandler } from './handler.ts'
import { BaseChatRoom } from './room/chat-room.ts'
import { MachineClock } from './room/clock/machine-clock.ts'
import { createRoomPorts } from './room-composition.ts'
import { systemClock } from './system-clock.ts'

export { MachineClock }

/** The exports of this module, as the platform offers them to itself. */
type Exports = { MachineClock: Service<MachineClock> }

export class ChatRoom extends BaseChatRoom {
  constructor(state: DurableObjectState, env: Env) {
    const machineNow = () => (state.exports as unknown as Exports).MachineClock.now()
    super(state, env, createRoomPorts(env, systemClock, machineNow, state.id.name))
  }
}

export default createHandler(systemClock)
