// Runs the room's next tick at once, with a retention that lets the log forget as much as a full room
// forgets in days.

import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import type { Retention } from '../../../src/room/log/event-kind.ts'
import { defaultRetention } from '../../../src/room/log/retention.ts'
import { theRoom } from '../../support/chat.ts'
import { retention } from '../../support/worker.ts'

/** Does nothing if no alarm is armed, because nothing happens in the room. */
export async function runTick(keep: Retention): Promise<void> {
  await runInDurableObject(theRoom(), ({ components: { meta } }) => {
    if (meta.number('beat_at') !== 0) meta.set('beat_at', 1)
  })
  Object.assign(retention, keep)
  try {
    await runDurableObjectAlarm(theRoom())
  } finally {
    Object.assign(retention, defaultRetention)
  }
}
