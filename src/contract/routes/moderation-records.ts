// Routes of reports and of the audit log.

import { createRoute, z } from '@hono/zod-openapi'
import { AuditEntry, Report, ReportStatus } from '../moderation-records.ts'
import { emptyAsAbsent, jsonBody, jsonResponse, problemResponses } from './building-blocks.ts'
import {
  bodyProblems,
  byId,
  cursor,
  memberProblems,
  nextCursor,
  type RoutesFor,
} from './moderation-access.ts'

export const ReportPage = z
  .object({
    reports: z.array(Report).meta({ description: 'Newest first' }),
    next_cursor: nextCursor,
  })
  .openapi('ReportPage')
export type ReportPage = z.infer<typeof ReportPage>

export const AuditPage = z
  .object({
    entries: z.array(AuditEntry).meta({ description: 'Newest first' }),
    next_cursor: nextCursor,
  })
  .openapi('AuditPage')
export type AuditPage = z.infer<typeof AuditPage>

export function recordRoutes({ at, common, nameOf }: RoutesFor) {
  return {
    listReports: createRoute({
      method: 'get',
      path: at('/reports'),
      ...common,
      operationId: nameOf('listReports'),
      summary: 'Reports, newest first. For moderators',
      request: {
        query: z.object({ status: emptyAsAbsent(ReportStatus.default('open')), cursor }),
      },
      responses: {
        200: jsonResponse(ReportPage, 'A page'),
        ...problemResponses(...memberProblems),
      },
    }),
    closeReport: createRoute({
      method: 'patch',
      path: at('/reports/{id}'),
      ...common,
      operationId: nameOf('closeReport'),
      summary: 'Resolve, dismiss or open a report. For moderators',
      request: { params: byId, ...jsonBody(z.object({ status: ReportStatus })) },
      responses: {
        200: jsonResponse(Report, 'The report'),
        ...problemResponses(...memberProblems, ...bodyProblems),
      },
    }),
    listAudit: createRoute({
      method: 'get',
      path: at('/audit'),
      ...common,
      operationId: nameOf('listAudit'),
      summary: 'What was moderated, newest first. For moderators',
      request: { query: z.object({ cursor }) },
      responses: {
        200: jsonResponse(AuditPage, 'A page'),
        ...problemResponses(...memberProblems),
      },
    }),
  }
}
