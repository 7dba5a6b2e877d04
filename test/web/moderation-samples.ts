// Reports and entries of the audit log for tests of the page, as the client gives them.

import type { AuditEntry, Report } from '../../src/client/contract.ts'
import { ada, bob } from './messages.ts'

/** In the zone of this device. */
export const at = (hour: number, minute: number, day = 23) =>
  new Date(2026, 10, day, hour, minute).toISOString()

export const reportOf = (values: Partial<Report>): Report => ({
  id: 'r',
  message_id: 'm',
  message: null,
  reported_text: null,
  author: bob,
  reporter: ada,
  reason: null,
  status: 'open',
  filed_at: at(13, 5),
  closed_by: null,
  revision: 1,
  ...values,
})

export const entryOf = (values: Partial<AuditEntry>): AuditEntry => ({
  id: 'e',
  at: at(13, 5),
  action: 'pin',
  by: ada,
  target: null,
  message_id: null,
  reason: null,
  until: null,
  details: {},
  ...values,
})
