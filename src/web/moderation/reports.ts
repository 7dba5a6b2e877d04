// The tab of reports. A report that is closed keeps its place until the list is read again, so that it
// can be reopened at once.

import type { ChatClient } from '../../client/chat-client.ts'
import type { Member, Report, ReportPage, ReportStatus } from '../../client/contract.ts'
import { confirm } from '../elements/confirm-dialog.ts'
import { make } from '../elements/dom.ts'
import { mutated } from '../mutated.ts'
import { outranks, rolesOf } from '../permissions.ts'
import * as strings from '../strings/en.json'
import { plural } from '../strings/fill.ts'
import { deletionQuestion } from '../text/sentences.ts'
import { PagedItems } from './paged-items.ts'
import { createPagedList } from './paged-list.ts'
import type { ReportAction } from './report-actions.ts'
import { createReportEntry } from './report-entry.ts'
import type { Section } from './section.ts'
import { createSelectField } from './select-field.ts'

export type ReportsOptions = {
  chat: Pick<ChatClient, 'state' | 'on' | 'moderation' | 'remove'>
  openPerson: (person: Member) => void
  /** Runs with each first page of open reports. */
  onOpenReports: (page: ReportPage) => void
  signal: AbortSignal
}

const statuses: Record<ReportStatus, { label: string; empty: string }> = {
  open: { label: strings.openOnes, empty: strings.thereAreNoOpenReports },
  resolved: { label: strings.resolved, empty: strings.noReportIsMarkedAsResolved },
  dismissed: { label: strings.dismissed, empty: strings.noReportIsMarkedAsDismissed },
}

const closing: Record<Exclude<ReportAction, 'delete'>, ReportStatus> = {
  resolve: 'resolved',
  dismiss: 'dismissed',
  reopen: 'open',
}

const keyOf = ({ id }: Report) => id

export function createReports({
  chat,
  openPerson,
  onOpenReports,
  signal,
}: ReportsOptions): Section {
  const filter = createSelectField({
    name: 'report-status',
    label: strings.show,
    choices: Object.entries(statuses).map(([value, { label }]) => ({ value, label })),
  })
  const mayDeleteOf = (userId: string) => {
    const { role, room, user } = chat.state
    return userId === user?.id || outranks(role, rolesOf(room?.staff ?? []).get(userId) ?? 'member')
  }
  const status = () => filter.select.value as ReportStatus
  const list = createPagedList<Report>({
    label: strings.reports,
    items: new PagedItems<Report>({
      keyOf,
      isListed: (report) => report.status === status(),
      isOutdated: (report, known) => report.revision < known.revision,
    }),
    keyOf,
    loadPage: async (cursor) => {
      const asked = status()
      const page = await chat.moderation.reports({ status: asked, cursor })
      if (asked === 'open' && cursor === null) onOpenReports(page)
      return { items: page.reports, next_cursor: page.next_cursor }
    },
    createEntry: (report) => createReportEntry(report, { run, openPerson, mayDeleteOf }),
    emptyText: () => statuses[status()].empty,
    arrivedText: (count) => plural(strings.countNewReports, count),
  })

  const messageGone = (messageId: string) =>
    list.change(
      ({ message }) => message?.id === messageId,
      (report) => ({ ...report, message: null }),
    )
  const deleteMessage = async ({ message_id, author }: Report) => {
    const question = deletionQuestion(author.username)
    if (!(await confirm({ question, yes: strings.deleteAction, no: strings.keep, signal }))) return
    await chat.remove(message_id)
    messageGone(message_id)
  }
  const run = async (action: ReportAction, report: Report) => {
    if (action === 'delete') return deleteMessage(report)
    list.arrive(await chat.moderation.closeReport(report.id, closing[action]))
  }

  filter.select.addEventListener('change', () => {
    list.clear()
    void list.load()
  })
  const stops = [
    chat.on('report', (report) => list.arrive(report)),
    chat.on('mutation', (mutation) => {
      const after = ({ message }: Report) => message && mutated(message, mutation)
      list.change(
        (report) => after(report) !== report.message,
        (report) => ({ ...report, message: after(report) }),
      )
      // The service also forgets the texts as they were reported.
      if (!['message_edited', 'message_deleted'].includes(mutation.event)) void list.catchUp()
    }),
    chat.on('status', ({ status }) => void (status === 'online' && list.catchUp())),
  ]
  signal.addEventListener('abort', () => {
    for (const stop of stops) stop()
  })
  return {
    element: make(
      'div',
      {},
      make('div', { class: 'toolbar' }, filter.element, list.arrived),
      list.element,
    ),
    open() {
      filter.select.value = 'open'
      void list.load()
    },
    close: () => list.clear(),
  }
}
