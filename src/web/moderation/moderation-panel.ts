// Moderation for moderators and owners: a button with the number of open reports, and a dialog. Both
// come and go with the role of the user, and nobody else's page asks for reports.

import type { Member, ReportPage } from '../../client/contract.ts'
import type { ChatState } from '../../client/state.ts'
import { make } from '../elements/dom.ts'
import { createPart } from '../elements/load-part.ts'
import type { createModerationDialog, ModerationChat } from './moderation-dialog.ts'
import { OpenReports } from './open-reports.ts'
import { createReportButton } from './report-button.ts'

export type ModerationPanelOptions = {
  chat: ModerationChat
  /** Opens the card of a person, above the dialog. */
  openPerson: (person: Member) => void
  /** Runs when the dialog was closed and its button is gone. */
  onFocusLost: () => void
  signal: AbortSignal
}

type Shown = Pick<ChatState, 'role' | 'room' | 'status'>
type Content = ReturnType<typeof createModerationDialog>
const titleId = 'moderation-title'

export function createModerationPanel(options: ModerationPanelOptions) {
  const { chat, openPerson, onFocusLost, signal } = options
  const dialog = make('dialog', { class: 'moderation', 'aria-labelledby': titleId })
  const reportButton = createReportButton(() => void open())
  const reports = new OpenReports()
  let content: Content | null = null
  let term: AbortController | null = null
  let room: Shown['room'] = null
  let isOnline = false

  const showCount = () => reportButton.setCount(reports.text)
  const onOpenReports = (page: ReportPage) => {
    reports.replace(page)
    showCount()
  }
  /** Without an answer the count stays as it is, until the next event or connection. */
  const countReports = () => void chat.moderation.reports().then(onOpenReports, () => {})
  const withModule = createPart(
    { load: () => import('./moderation-dialog.ts'), begin: (module) => module },
    signal,
  )
  const open = () =>
    withModule(({ createModerationDialog }) => {
      // The role may have gone meanwhile.
      if (!term || !room) return
      if (!content) {
        const close = () => dialog.close()
        const { signal } = term
        content = createModerationDialog({
          ...{ chat, room, openPerson, onOpenReports, close, signal, titleId },
        })
        dialog.replaceChildren(...content.parts)
      }
      dialog.showModal()
      content.open()
    })
  const begin = () => {
    term = new AbortController()
    const { signal } = term
    const stop = chat.on('report', (report) => {
      reports.apply(report)
      showCount()
      if (reports.isVague) countReports()
    })
    signal.addEventListener('abort', stop)
    reportButton.element.hidden = false
  }
  const end = () => {
    const wasOpen = dialog.open
    dialog.close()
    term?.abort()
    term = null
    content = null
    // What only moderators may read does not stay in the page.
    dialog.replaceChildren()
    reports.replace({ reports: [], next_cursor: null })
    reportButton.clear()
    reportButton.element.hidden = true
    if (wasOpen) onFocusLost()
  }

  let pressed: EventTarget | null = null
  dialog.addEventListener('pointerdown', ({ target }) => {
    pressed = target
  })
  // A text that is selected beyond the edge ends in a click beside the dialog, too.
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog && pressed === dialog) dialog.close()
  })
  dialog.addEventListener('close', () => content?.close())
  signal.addEventListener('abort', () => term?.abort())
  return {
    /** For the header. */
    button: reportButton.element,
    dialog,
    update({ role, room: next, status }: Shown): void {
      const wasOnline = isOnline
      isOnline = status === 'online'
      room = next
      const isStaff = role !== 'member' && room !== null
      const begins = isStaff && term === null
      if (begins) begin()
      else if (!isStaff && term !== null) end()
      if (isStaff && room) content?.update(room)
      // Reports that were filed without a connection are not sent again.
      if (isStaff && isOnline && (begins || !wasOnline)) countReports()
    },
  }
}
