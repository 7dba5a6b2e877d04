// What the routes of moderation share: their problems, pages, and their callers. Members have them under
// their own roles; the operator has the same ones below /admin, above every role.

import { z } from '@hono/zod-openapi'
import { Id } from '../values.ts'
import { accessProblems, bearer, emptyAsAbsent } from './building-blocks.ts'
import { common as operatorOnly } from './operator-access.ts'

export const memberProblems = [
  ...accessProblems,
  'forbidden',
  'not_found',
  'invalid',
  'rate_limited',
  'unavailable',
] as const
export const bodyProblems = ['bad_json', 'too_large'] as const
export const readerProblems = [
  ...accessProblems,
  'not_found',
  'invalid',
  'rate_limited',
  'unavailable',
] as const

export const byId = z.object({ id: Id })
export const byMessage = z.object({ message_id: Id })
export const done = { 204: { description: 'Done. Repeating it answers the same.' } }
export const nextCursor = z.string().nullable().meta({
  description: 'Pass as `cursor` for the next page; null when there is none',
})
export const cursor = emptyAsAbsent(Id.optional())

/** The two kinds of callers, each with a set of these routes. */
const access = {
  member: {
    ...{ prefix: '', restricted: '/users', tags: ['moderation'], security: bearer },
    nameOf: (name: string) => name,
  },
  // The operator finds accounts at /admin/users.
  operator: {
    ...{ prefix: '/admin', restricted: '/users/restricted', ...operatorOnly },
    nameOf: (name: string) => `${name}AsOperator`,
  },
} as const
export type ModeratedBy = keyof typeof access

/** The routes that change something, and those that only staff may read. */
/** The parts of a route that depend on its caller. */
export function routesFor(by: ModeratedBy) {
  const { prefix, restricted, tags, security, nameOf } = access[by]
  const common = { tags: [...tags], security: [...security] }
  // The type of a template that begins with a union would lose the parameters of the path.
  const at = <P extends string>(path: P) => `${prefix}${path}` as P
  return { at, common, nameOf, restricted }
}
export type RoutesFor = ReturnType<typeof routesFor>
