// Fills the send windows at each start of the room, so that a restart resets no limit on messages: from
// the log, or from the mirror in Redis if the log is new.

import { idTime } from '../../domain/ids.ts'
import type { Clock } from '../clock/clock.ts'
import type { Messages } from '../log/messages/messages.ts'
import type { RoomSettings } from '../log/room-settings/room-settings.ts'
import type { MirrorWriter } from '../presence/mirror-writer.ts'
import type { RateLimits } from './rate-limits.ts'

type Uses = {
  clock: Clock
  messages: Messages
  roomSettings: Pick<RoomSettings, 'current'>
  rateLimits: RateLimits
  mirrorWriter: MirrorWriter
}

/** The promise ends when Redis has answered. No command waits for it. */
export async function restoreSendWindows(
  { clock, messages, roomSettings, rateLimits, mirrorWriter }: Uses,
  { wasRestored }: { wasRestored: boolean },
): Promise<void> {
  const startedAt = clock.now()
  // Ids do not go back with the clock. If the newest id is ahead of the clock, all times are shifted
  // back by the difference.
  const aheadMs = Math.max(0, messages.ids.newestAt - clock.wall())
  const windowMs = Math.max(rateLimits.sendWindowMs, roomSettings.current.slow_mode_ms)
  const since = clock.wall() + aheadMs - windowMs
  const logged = messages.sendsSince(since, rateLimits.sendsMax(windowMs))
  rateLimits.restoreSends(
    logged.map(({ user_id, id }) => ({ user_id, at: idTime(id) - aheadMs })),
    startedAt,
  )
  if (!wasRestored) return
  const mirrored = await mirrorWriter.readSends()
  // Sends since this start are counted already.
  rateLimits.restoreSends(
    mirrored.filter(({ at }) => at < startedAt),
    startedAt,
  )
}
