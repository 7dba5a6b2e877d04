// Restarts the room: ends all connections and this start of the object. The clients resume.

import { logError } from '../../logger.ts'

export function createRestart(ctx: DurableObjectState): (why: string) => void {
  return (why) => {
    logError('room_restarts', { why })
    // Writes that are not synced yet would be lost with this start of the room.
    void ctx.storage.sync().then(() => ctx.abort(why))
  }
}
