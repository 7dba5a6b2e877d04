// What a moderator can do about a report.

import type { ReportStatus } from '../../client/contract.ts'

export type ReportAction = 'resolve' | 'dismiss' | 'reopen' | 'delete'

/** @param mayDelete whether the message is there, and the moderator may delete it */
export function actionsOf(status: ReportStatus, mayDelete: boolean): ReportAction[] {
  const ofReport: ReportAction[] = status === 'open' ? ['resolve', 'dismiss'] : ['reopen']
  return mayDelete ? [...ofReport, 'delete'] : ofReport
}
