import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../../src/contract/moderation.ts'
import {
  callAs,
  newPerson,
  type Person,
  roundTrip,
  say,
  theRoom,
  trouble,
} from '../../support/chat.ts'
import { appoint, callAsOperator, outcomeOf, readRoom, restrict } from './moderators.ts'

const ranks = { member: 0, moderator: 1, owner: 2, operator: 3 } as const
type Actor = keyof typeof ranks
const actors = Object.keys(ranks) as Actor[]
const roles: Role[] = ['member', 'moderator', 'owner']

type Call = (method: string, path: string, body?: unknown) => Promise<Response>
type Target = { person: Person; messageId: string }

const since = '2020-01-01T00:00:00.000Z'

/** What is done to a person of a lower rank. */
const onPerson: Record<string, (call: Call, target: Target) => Promise<Response>> = {
  mute: (call, { person }) => call('PUT', `/users/${person.id}/mute`, { until: null }),
  unmute: (call, { person }) => call('DELETE', `/users/${person.id}/mute`),
  ban: (call, { person }) => call('PUT', `/users/${person.id}/ban`, { until: null }),
  unban: (call, { person }) => call('DELETE', `/users/${person.id}/ban`),
  'delete a message': (call, { messageId }) => call('DELETE', `/messages/${messageId}`),
  purge: (call, { person }) => call('POST', `/users/${person.id}/purge`, { since }),
}

/** What all moderators may do. */
const onRoom: Record<string, (call: Call, target: Target) => Promise<Response>> = {
  'change the room': (call) => call('PATCH', '/room', { announcement: null }),
  pin: (call, { messageId }) => call('PUT', `/room/pins/${messageId}`),
  unpin: (call, { messageId }) => call('DELETE', `/room/pins/${messageId}`),
  'read words': (call) => call('GET', '/room/words'),
  'write words': (call) => call('PUT', '/room/words', { terms: [] }),
  'list restricted': (call) => call('GET', '/users?restricted=true'),
  'list reports': (call) => call('GET', '/reports'),
  'list the audit log': (call) => call('GET', '/audit'),
}

describe('permissions', () => {
  const staff = {} as Record<Actor, Person>
  const callOf = (actor: Actor): Call =>
    actor === 'operator'
      ? (method, path, body) =>
          // The operator finds accounts at /admin/users.
          callAsOperator(method, path.replace('/users?restricted=true', '/users/restricted'), body)
      : (method, path, body) => callAs(staff[actor], method, path, body)

  /** A new person of this rank, with a message. */
  async function newTarget(role: Role): Promise<Target> {
    const person = await appoint(await newPerson('target'), role)
    targets.push(person)
    return { person, messageId: (await say(person, 'hello')).id }
  }

  // There may be a hundred owners and moderators.
  const targets: Person[] = []
  afterEach(async () => {
    for (const target of targets.splice(0)) await appoint(target, 'member')
  })

  beforeAll(async () => {
    for (const role of roles) staff[role] = await appoint(await newPerson(role), role)
  })

  for (const actor of actors)
    for (const role of roles)
      for (const [action, act] of Object.entries(onPerson))
        it(`PERMIT-1 one acts only on people of a strictly lower rank: ${actor}, ${action}, ${role}`, async () => {
          const answer = await outcomeOf(await act(callOf(actor), await newTarget(role)))
          const mayAct = ranks[actor] > ranks[role]
          const isMember = actor === 'member' && action === 'delete a message'
          if (mayAct) expect(answer).toMatch(/^20[04]$/)
          else expect(answer).toBe(isMember ? '403 not_the_author' : '403 forbidden')
        })

  it.each(roles)(
    'PERMIT-2 nobody acts on oneself, except to delete an own message: %s',
    async (role) => {
      const target = await newTarget(role)
      const call: Call = (method, path, body) => callAs(target.person, method, path, body)
      const outcomes: Record<string, string> = {}
      for (const [action, act] of Object.entries(onPerson))
        outcomes[action] = await outcomeOf(await act(call, target))
      const { 'delete a message': deletion, ...others } = outcomes
      expect(deletion).toBe('204')
      expect(new Set(Object.values(others))).toEqual(new Set(['403 forbidden']))
    },
  )

  for (const actor of actors)
    it.each(Object.keys(onRoom))(
      `PERMIT-3 staff and the operator moderate the room: ${actor}, %s`,
      async (action) => {
        const answer = await outcomeOf(
          await (onRoom[action] as NonNullable<(typeof onRoom)[string]>)(
            callOf(actor),
            await newTarget('member'),
          ),
        )
        if (actor === 'member') expect(answer).toBe('403 forbidden')
        else expect(answer).toMatch(/^20[04]$/)
      },
    )

  for (const actor of actors)
    for (const from of roles)
      it.each(roles)(
        `PERMIT-4 owners appoint and dismiss moderators, the operator everyone: ${actor}, ${from} to %s`,
        async (to) => {
          const { person } = await newTarget(from)
          const answer = await outcomeOf(
            await callOf(actor)('PUT', `/users/${person.id}/role`, { role: to }),
          )
          const mayAppoint =
            actor === 'operator' || (actor === 'owner' && from !== 'owner' && to !== 'owner')
          expect(answer).toBe(mayAppoint ? '200' : '403 forbidden')
        },
      )

  it('PERMIT-5 the permission is checked before the existence', async () => {
    const nobody = crypto.randomUUID()
    const paths = [`/users/${nobody}/mute`, `/users/${nobody}/ban`]
    for (const path of paths) {
      const body = { until: null }
      expect(await outcomeOf(await callAs(staff.member, 'PUT', path, body))).toBe('403 forbidden')
      expect(await outcomeOf(await callAs(staff.owner, 'PUT', path, body))).toBe('404 not_found')
    }
    const role = { role: 'member' }
    const path = `/users/${nobody}/role`
    const byModerator = await callAs(staff.moderator, 'PUT', path, role)
    expect(await outcomeOf(byModerator)).toBe('403 forbidden')
    const report = `/reports/${nobody}`
    const body = { status: 'resolved' }
    expect(await outcomeOf(await callAs(staff.member, 'PATCH', report, body))).toBe('403 forbidden')
    expect(await outcomeOf(await callAs(staff.owner, 'PATCH', report, body))).toBe('404 not_found')
  })

  it('PERMIT-6 a role is lost at once, and so is what it allowed', async () => {
    const { person } = await newTarget('moderator')
    const { person: other } = await newTarget('member')
    await restrict(person, 'mute', other)
    await appoint(person, 'member')
    const again = await callAs(person, 'DELETE', `/users/${other.id}/mute`)
    expect(await outcomeOf(again)).toBe('403 forbidden')
  })

  it('PERMIT-7 a banned moderator moderates nothing', async () => {
    const { person } = await newTarget('moderator')
    await restrict(staff.owner, 'ban', person)
    expect(await outcomeOf(await callAs(person, 'GET', '/audit'))).toBe('403 banned')
  })

  it('PERMIT-8 a moderator makes at most 60 calls a minute', async () => {
    const { person } = await newTarget('moderator')
    for (let n = 0; n < 60; n++)
      expect((await callAs(person, 'GET', '/room/words')).status).toBe(200)
    const refused = await callAs(person, 'GET', '/room/words')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await outcomeOf(refused)).toBe('429 rate_limited')
  })

  it('PERMIT-9 a moderator who is banned while the call waits for Postgres does nothing', async () => {
    const { person } = await newTarget('moderator')
    const { person: ada } = await newTarget('member')
    await trouble({ part: 'postgres', delayMs: 200 })
    const mute = callAs(person, 'PUT', `/users/${ada.id}/mute`, { until: null })
    for (let trip = 0; trip < 3; trip++) await roundTrip()
    await theRoom().bar(person.id)
    const outcome = await outcomeOf(await mute)
    await trouble({ part: 'postgres' })
    expect(outcome).toBe('403 account_inactive')
  })

  it('PERMIT-10 an account that is erased while a call about it waits does not come back', async () => {
    const ada = await newPerson()
    await trouble({ part: 'postgres', delayMs: 200 })
    const role = callAsOperator('PUT', `/users/${ada.id}/role`, { role: 'moderator' })
    for (let trip = 0; trip < 3; trip++) await roundTrip()
    await theRoom().erase(ada.id, 'delete')
    expect(await outcomeOf(await role)).toBe('404 not_found')
    await trouble({ part: 'postgres' })
    expect(JSON.stringify(await readRoom())).not.toContain(ada.username)
  })

  it('PERMIT-11 an ended session of a moderator reads no restrictions of others', async () => {
    const { person } = await newTarget('moderator')
    const { person: ada } = await newTarget('member')
    await restrict(staff.owner, 'mute', ada, { reason: 'secret reason' })
    await theRoom().revoke([person.sessionId])
    const seen = await (await callAs(person, 'GET', `/users/${ada.id}`)).text()
    expect(seen).not.toContain('secret reason')
  })
})
