// The ledger must find every difference between what was moderated and the audit log.

import { describe, expect, test } from 'vitest'
import type { AuditEntry } from '../kit/moderation.ts'
import { AuditLedger, type Moderation } from './audit-ledger.ts'

const mute: Moderation = { action: 'mute', by: 'mod', target: 'eve', reason: 'r1' }
const entry: AuditEntry = {
  ...{ message_id: null, until: null, details: {} },
  id: '1',
  action: 'mute',
  by: { id: 'mod', username: 'Mod' },
  target: { id: 'eve', username: 'Eve' },
  reason: 'r1',
}
const byOperator: AuditEntry = { ...entry, id: '2', by: null, reason: 'other' }

function compare(entries: AuditEntry[], status = 200) {
  const ledger = new AuditLedger()
  ledger.note(mute, status)
  return ledger.compare(entries, new Set(['mod']))
}

test('what was done and is in the audit log is right, and so is what was refused and is not', () => {
  expect(compare([byOperator, entry])).toEqual([])
  expect(compare([byOperator], 403)).toEqual([])
})

describe('is found:', () => {
  test.each<[string, AuditEntry[], number, RegExp]>([
    ['a missing entry', [], 200, /has 0 entries, not 1/],
    ['a doubled entry', [entry, { ...entry, id: '3' }], 200, /has 2 entries, not 1/],
    ['an entry of a refused call', [entry], 403, /has 1 entries, not 0/],
    ['another action', [{ ...entry, action: 'ban' }], 200, /stands as/],
    ['another person', [{ ...entry, target: null }], 200, /stands as/],
    ['the operator in place of a moderator', [{ ...entry, by: null }], 200, /stands as/],
    [
      'somebody without a role',
      [entry, { ...byOperator, by: { id: 'eve', username: 'Eve' } }],
      200,
      /^Eve has no role/,
    ],
  ])('%s', (_name, entries, status, sentence) => {
    expect(compare(entries, status)).toEqual([expect.stringMatching(sentence)])
  })
})
