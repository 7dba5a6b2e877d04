// Adds an entry to the audit log, as part of the command that it describes.

import type { Member } from '../../contract/entities.ts'
import type { AuditEntry } from '../../contract/moderation-records.ts'
import { auditEntryToWire } from '../../domain/moderation.ts'
import type { Notice } from '../broadcast/notices.ts'
import type { Clock } from '../clock/clock.ts'
import type { AuditLog } from '../log/private/audit-log.ts'
import type { Moderator } from './moderator.ts'

export type Audited = {
  action: AuditEntry['action']
  target?: Member
  messageId?: string
  reason?: string | null
  until?: number | null
  details?: AuditEntry['details']
}

/** @returns what the moderators are told */
export function audit(
  { clock, auditLog }: { clock: Clock; auditLog: AuditLog },
  { member }: Moderator,
  { action, target, messageId, reason, until, details }: Audited,
): Notice {
  const entry = auditLog.add(
    {
      action,
      by_id: member?.id ?? null,
      by_name: member?.username ?? null,
      target_id: target?.id ?? null,
      target_name: target?.username ?? null,
      message_id: messageId ?? null,
      reason: reason ?? null,
      until: until ?? null,
      details: details ?? {},
    },
    clock.wall(),
  )
  return {
    to: { staffExcept: null },
    frame: { event: 'audit_added', data: auditEntryToWire(entry) },
  }
}
