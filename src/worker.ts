// The entry: every request is answered by the app, with what the wire builds for it, and so is
// the room.

import type { Env } from './env.ts'
import { createApp, createIdleApp } from './http/app.ts'
import { Room } from './room/room.ts'
import { furnishRoom, wireRequest } from './wire.ts'

export class ChatRoom extends Room {
  constructor(state: DurableObjectState, env: Env) {
    super(state, env, furnishRoom(env))
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
