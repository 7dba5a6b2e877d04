// What a moderator can do about a report.

import type { ReportStatus } from '../../client/contract.ts'

export type ReportAction = 'resolve' | 'dismiss' | 'reopen' | 'delete'

export function actionsOf(status: ReportStatus, message: 'shown' | 'deleted'): ReportAction[] {
  const ofReport: ReportAction[] = status === 'open' ? ['resolve', 'dismiss'] : ['reopen']
  return message === 'deleted' ? ofReport : [...ofReport, 'delete']
}
