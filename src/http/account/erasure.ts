// Erases an account: its name, email address and password everywhere, and its messages on request.
// Each step is safe to repeat, so a client that sees a failure repeats the whole call.

import { OpenAPIHono } from '@hono/zod-openapi'
import { erase } from '../../contract/routes/accounts.ts'
import { logEvent } from '../../logger.ts'
import { type DeleteBounds, deleteOwnMessages } from '../../postgres/message-writes.ts'
import { eraseAccount, findOwnAccount } from '../../postgres/own-account.ts'
import { clearLogins, refundLogin } from '../../redis/attempt-limits.ts'
import { evictUser } from '../../redis/user-cache.ts'
import type { AppEnv, Services } from '../app-env.ts'
import { requireActive } from '../auth/own-account.ts'
import { checkOwnPassword } from '../auth/password-check.ts'
import { clearCookieOfSessions } from '../auth/session-cookie.ts'
import { changeRoom } from '../backends/room-client.ts'
import { queryPostgres, queryRedis } from '../backends/stores.ts'
import { noStore, requireMember } from '../middleware/authentication.ts'
import { requireUtf8 } from '../middleware/request-body.ts'
import { ProblemError } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'

/** Messages per statement. */
const deleteBatchSize = 2_000
/** How long one call may spend on deleting messages, in milliseconds. */
const deleteDeadlineMs = 20_000

const incomplete = 'Not everything is erased yet. Ask again: it is safe, and goes on from here.'

async function deleteMessages(
  { background, clock }: Pick<Services, 'background' | 'clock'>,
  userId: string,
): Promise<void> {
  const deadline = clock.now() + deleteDeadlineMs
  let above: string | null = null
  do {
    if (clock.now() > deadline) throw new ProblemError({ code: 'unavailable', detail: incomplete })
    const bounds: DeleteBounds = { above, limit: deleteBatchSize, now: clock.now() }
    above = await queryPostgres(deleteOwnMessages(background.postgres, userId, bounds))
  } while (above !== null)
}

export const erasureRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

erasureRoutes.openapi(
  { ...erase, middleware: [noStore, requireMember, requireUtf8] as const },
  async (c) => {
    const { password, messages } = c.req.valid('json')
    const { postgres, redis, background, clock } = c.env
    const { member, sessionId } = c.var.caller
    const { id } = member

    const own = await queryPostgres(findOwnAccount(postgres, c.var.caller, clock.now()))
    // Otherwise an earlier attempt came this far, and there is no password left to check.
    if (!own?.isErased) {
      const account = requireActive(own)
      const { attempt } = await checkOwnPassword(c, account, password)
      await changeRoom(c.env, (room) => room.erase(id, messages), incomplete)
      if (messages === 'delete') await deleteMessages(c.env, id)
      // This comes before the email address, which the keys depend on, is erased.
      await queryRedis(refundLogin(redis, attempt))
      await queryRedis(clearLogins(redis, attempt))
      await queryPostgres(eraseAccount(background.postgres, id, clock.now()))
      logEvent('account_erased', { user_id: id })
    }
    await queryRedis(evictUser(redis, id))
    await clearCookieOfSessions(c, [sessionId])
    return c.body(null, 204)
  },
)
