// The Worker that has the room's object, as the platform has it during a deploy: its code is that of
// the release before or of this one. An update of the code resets the object, or waits until it
// hibernates.

import { DurableObject } from 'cloudflare:workers'
import * as before from './before.js'
import * as now from './now.js'

export * from './now.js'

const releases = { before, now }
let running = 'before'

/** @param {typeof before} release */
const withReset = ({ ChatRoom }) =>
  class extends ChatRoom {
    resetForUpdate() {
      this.ctx.abort('The code of the object was updated.')
    }
  }

const rooms = { before: withReset(before), now: withReset(now) }

export class ChatRoom extends DurableObject {
  // biome-ignore lint/correctness/noUnreachableSuper: the object is one of either release
  constructor(state, env) {
    const build = { BUILD_COMMIT: running, BUILD_TIME: '2026-11-30T12:00:00.000Z' }
    // biome-ignore lint/correctness/noConstructorReturn: the object is one of either release
    return new rooms[running](state, { ...env, ...build })
  }
}

export default {
  async fetch(request, env) {
    const { searchParams } = new URL(request.url)
    running = searchParams.get('release')
    if (searchParams.has('reset'))
      await env.ROOM.getByName('room')
        .resetForUpdate()
        .catch(() => {})
    return new Response(`The room runs ${running} of ${Object.keys(releases)}.`)
  },
}
