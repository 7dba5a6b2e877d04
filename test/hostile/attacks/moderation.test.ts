// The attacks on moderation try every call as everyone, and know what must be refused.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Account } from '../accounts.ts'
import { parseContract } from '../published-contract.ts'
import { strictCheck } from '../strict-schema.ts'
import type { Target } from './attack.ts'
import {
  allowedStatuses,
  baseOf,
  moderationByMembers,
  moderationByStaff,
  moderationCalls,
} from './moderation.ts'
import { bodyOf } from './moderation-bodies.ts'

const read = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../docs', name), 'utf8'))
const account = (name: string) => ({ id: `0000${name}`, token: `token of ${name}` }) as Account
const [owner, moderator, victim] = ['owner', 'moderator', 'victim'].map(account) as [
  ...[Account, Account, Account],
]
const honest = [account('honest-owner'), account('honest-member')]
const target: Target = {
  contract: parseContract(read('openapi.json'), read('asyncapi.json')),
  ...{ attackers: [account('a'), account('b')], spares: 1, wellBehaved: honest, erased: [] },
  cast: { owners: [owner], moderators: [moderator], victims: [victim], appointed: new Set() },
  ...{ messageIds: () => ['0000message'], reportIds: () => ['0000report'] },
  ...{ jwtSecret: '', adminToken: 'token of the operator' },
}
const runs = { numRuns: 4_000, seed: 1 }
const byStaff = fc.sample(moderationByStaff(target), runs)
const byMembers = fc.sample(moderationByMembers(target), runs)
const basesOf = (attacks: typeof byStaff, kind: string) =>
  new Set(
    attacks
      .filter((attack) => attack.kind === `moderation: by ${kind}`)
      .map(({ expected }) => baseOf(expected.operation ?? { id: '' })),
  )

test('everyone tries every call', () => {
  for (const [attacks, kind] of [
    [byStaff, 'moderator'],
    [byStaff, 'owner'],
    [byStaff, 'operator'],
    [byMembers, 'stranger'],
    [byMembers, 'member'],
  ] as const)
    expect([...basesOf(attacks, kind)].sort()).toEqual(
      [...moderationCalls, ...(kind === 'operator' ? [] : ['report'])].sort(),
    )
})

test('nobody who may act on a well-behaved client is told to', () => {
  for (const { call, kind, expected } of byStaff)
    if (honest.some(({ id }) => call.path.toLowerCase().includes(id)))
      expect([kind, expected.statuses], call.path).toEqual([
        ...[kind, expect.not.arrayContaining([200])],
      ])
  const byOperator = byStaff.filter(({ kind }) => kind.endsWith('operator'))
  for (const { call } of byOperator) expect(call.path.toLowerCase()).not.toContain('honest')
})

test('members and strangers are refused whatever they send', () => {
  for (const { expected } of byMembers)
    if (expected.operation?.id !== 'report')
      expect(Math.min(...(expected.statuses ?? [0])), expected.operation?.id).toBeGreaterThan(399)
})

test('each reason is tried once', () => {
  const reasons = byStaff.flatMap(({ moderation }) => moderation?.reason ?? [])
  expect(reasons.length).toBeGreaterThan(300)
  expect(new Set(reasons).size).toBe(reasons.length)
})

describe('must be refused:', () => {
  const plain = { value: { role: 'moderator' }, isValid: true }
  test.each([
    ['a moderator who bans a moderator', 'moderator', 'ban', 'moderator', [403]],
    ['a moderator who mutes an owner', 'moderator', 'mute', 'owner', [403]],
    ['an owner who purges an owner', 'owner', 'purge', 'owner', [403]],
    ['a moderator who appoints', 'moderator', 'setRole', 'member', [403, 404, 429]],
    ['an owner who dismisses an owner', 'owner', 'setRole', 'owner', [403, 404, 429]],
  ] as const)('%s', (_name, rank, base, of, statuses) => {
    const aim = { id: 'x', rank: of }
    expect(allowedStatuses({ rank, base, aim, body: plain })).toEqual(statuses)
  })

  test('an owner who appoints an owner, and nothing else of lower people', () => {
    const asked = { rank: 'owner', base: 'setRole', aim: { id: 'x', rank: 'member' } } as const
    expect(allowedStatuses({ ...asked, body: plain })).toBeUndefined()
    const body = { value: { role: 'owner' }, isValid: true }
    expect(allowedStatuses({ ...asked, body })).toEqual([403, 404, 429])
    expect(allowedStatuses({ ...asked, base: 'ban', body: plain })).toBeUndefined()
  })
})

test('bodies are below the limit, and those that are called valid fit the published contract', () => {
  for (const { body: schema, id } of target.contract.operations) {
    if (!schema || !moderationCalls.includes(id)) continue
    const check = strictCheck(schema, target.contract.definitions)
    for (const { value, isValid } of fc.sample(bodyOf(id), { numRuns: 400, seed: 1 })) {
      expect(Buffer.byteLength(JSON.stringify(value))).toBeLessThan(65_536)
      if (isValid) expect(check(value), id).toBeNull()
    }
  }
})
