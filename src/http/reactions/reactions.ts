// Reactions: choosing one's own, reading them, and who chose which.

import { OpenAPIHono } from '@hono/zod-openapi'
import { type PersonReactions, reactionLimits } from '../../contract/reactions.ts'
import { ownReactions, react, whoReacted } from '../../contract/routes/reactions.ts'
import { erasedName } from '../../contract/values.ts'
import { noSuchMessage } from '../../domain/message.ts'
import type { WhoBounds } from '../../domain/reactions.ts'
import { findNames, readWho } from '../../postgres/reactions.ts'
import type { AppEnv, Services } from '../app-env.ts'
import { changeRoom, readRoomOrElse } from '../backends/room-client.ts'
import { queryPostgres } from '../backends/stores.ts'
import { findNow } from '../messages/find-message.ts'
import { ownReactionsBetween } from '../messages/own-reactions.ts'
import { noStore, requireMember, requireReader } from '../middleware/authentication.ts'
import { requireUtf8 } from '../middleware/request-body.ts'
import { ProblemError, unwrap } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'

export const reactionRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

reactionRoutes.openapi(
  { ...react, middleware: [noStore, requireMember, requireUtf8] as const },
  async (c) => {
    const { id } = c.req.valid('param')
    const { reactions } = c.req.valid('json')
    const { caller } = c.var
    return c.json(unwrap(await changeRoom(c.env, (room) => room.react(caller, id, reactions))), 200)
  },
)

async function peopleOf(
  services: Services,
  messageId: string,
  bounds: WhoBounds,
): Promise<PersonReactions[]> {
  const { postgres } = services
  const inRoom = await readRoomOrElse(
    services,
    (room) => room.whoReacted(messageId, bounds),
    async () => null,
  )
  if (inRoom === null) return queryPostgres(readWho(postgres, messageId, bounds))
  const ids = inRoom.map(({ user_id }) => user_id)
  const names = await queryPostgres(findNames(postgres, ids))
  return inRoom.map((set) => ({ ...set, username: names.get(set.user_id) ?? erasedName }))
}

reactionRoutes.openapi(
  { ...whoReacted, middleware: [noStore, requireReader] as const },
  async (c) => {
    const { id } = c.req.valid('param')
    const { emoji = null, cursor = '' } = c.req.valid('query')
    if (!(await findNow(c.env, id)))
      throw new ProblemError({ code: 'not_found', detail: noSuchMessage })
    const { page } = reactionLimits
    const found = await peopleOf(c.env, id, { above: cursor, emoji, limit: page + 1 })
    const people = found.slice(0, page)
    const next_cursor = found.length > page ? (people.at(-1)?.user_id ?? null) : null
    return c.json({ people, next_cursor }, 200)
  },
)

reactionRoutes.openapi(
  { ...ownReactions, middleware: [noStore, requireMember] as const },
  async (c) => c.json(await ownReactionsBetween(c.env, c.var.caller, c.req.valid('query')), 200),
)
