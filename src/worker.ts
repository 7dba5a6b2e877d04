// The entry: every request is answered by the app, with what the wire builds for it, and so is
// the room.

import type { Env } from './env.ts'
import { createApp, createIdleApp } from './http/app.ts'
import { Room } from './room/chat-room.ts'
import { MachineClock } from './room/clock/machine-clock.ts'
import { furnishRoom, wireRequest } from './wire.ts'

export { MachineClock }

/** What this module exports, as the platform hands it to itself. */
type Exports = { MachineClock: Service<MachineClock> }

export class ChatRoom extends Room {
  constructor(state: DurableObjectState, env: Env) {
    const machineNow = () => (state.exports as unknown as Exports).MachineClock.now()
    super(state, env, furnishRoom(env, machineNow))
  }
}

const app = createApp()
const idleApp = createIdleApp()

export default {
  fetch(request, env, context) {
    const parts = wireRequest(env)
    return parts ? app.fetch(request, parts, context) : idleApp.fetch(request, undefined, context)
  },
} satisfies ExportedHandler<Env>
