// One report: the message as it is now and as it was reported, who reported it, and what to do about it.

import type { Member, Report } from '../../client/contract.ts'
import {
  make,
  memoizeLast,
  nameElement,
  setAttribute,
  setChildren,
  setText,
} from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { changeFailure, moderationFailure } from '../text/failures.ts'
import { charactersPerLine, needsFolding } from '../text/text-shape.ts'
import type { Entry } from './paged-list.ts'
import { actionsOf, type ReportAction } from './report-actions.ts'
import { sentenceNodes, timeElement } from './sentence-nodes.ts'
import { reasonParts } from './sentence-parts.ts'

export type ReportEntryOptions = {
  run: (action: ReportAction, report: Report) => Promise<void>
  openPerson: (person: Member) => void
  /** Whether the user of this page may delete messages of this person. */
  mayDeleteOf: (userId: string) => boolean
}

const actionLabels: Record<ReportAction, string> = {
  resolve: strings.resolve,
  dismiss: strings.dismiss,
  reopen: strings.reopen,
  delete: strings.deleteMessage,
}

const closedTexts = { resolved: strings.resolvedBy, dismissed: strings.dismissedBy } as const

export function createReportEntry(
  first: Report,
  { run, openPerson, mayDeleteOf }: ReportEntryOptions,
): Entry<Report> {
  const { id, author, reporter, reason, filed_at } = first
  const headId = `report-${id}`
  const person = make(
    'button',
    { type: 'button', class: 'plain', 'aria-haspopup': 'dialog' },
    nameElement(author.username),
  )
  const head = make('p', { class: 'entry-head', id: headId }, strings.messageOf, person)
  const filed = make(
    'p',
    {},
    strings.reportedBy,
    ...sentenceNodes([{ name: reporter.username }, ...reasonParts(reason)]),
  )
  const time = make('p', { class: 'hint' }, timeElement(filed_at))
  const texts = memoizeLast(textElements)
  const closing = memoizeLast(closingElement)
  const buttons = memoizeLast((status: Report['status'], mayDelete: boolean) =>
    make(
      'div',
      { class: 'entry-actions' },
      ...actionsOf(status, mayDelete).map((name) => actionButton(name, headId)),
    ),
  )
  const problem = make('p', { class: 'help', role: 'alert' })
  const element = make('li', { 'data-report-id': id })
  let report = first
  let isBusy = false

  const update = (next: Report) => {
    report = next
    const { status, message, reported_text, closed_by } = report
    const hadFocus = element.querySelector('.entry-actions')?.contains(document.activeElement)
    setAttribute(element, 'data-status', status)
    setChildren(
      element,
      head,
      texts(message?.content ?? null, reported_text),
      filed,
      time,
      status === 'open' ? null : closing(status, closed_by?.username ?? null),
      buttons(status, message !== null && mayDeleteOf(author.id)),
      problem,
    )
    if (hadFocus && !element.contains(document.activeElement))
      element.querySelector<HTMLElement>('.entry-actions button')?.focus()
  }

  person.addEventListener('click', () => openPerson(author))
  element.addEventListener('click', async ({ target }) => {
    const button = target instanceof Element && target.closest<HTMLElement>('[data-action]')
    if (!button || isBusy) return
    const action = button.dataset.action as ReportAction
    // A disabled button would lose the focus.
    isBusy = true
    setText(problem, '')
    try {
      await run(action, report)
    } catch (thrown) {
      const isDeletion = action === 'delete'
      setText(
        problem,
        isDeletion ? changeFailure('deleted', null, thrown) : moderationFailure(thrown),
      )
    }
    isBusy = false
  })
  update(first)
  return { element, update }
}

const actionButton = (name: ReportAction, describedBy: string): HTMLElement =>
  make(
    'button',
    {
      type: 'button',
      class: `small ${name === 'delete' ? 'danger' : 'quiet'}`,
      'data-action': name,
      'aria-describedby': describedBy,
    },
    actionLabels[name],
  )

/** @param username null: the operator */
function closingElement(status: keyof typeof closedTexts, username: string | null): HTMLElement {
  const who = username === null ? 'the operator' : nameElement(username)
  return make('p', { class: 'entry-state' }, closedTexts[status], who)
}

/** @param content null: the message was deleted; `reported`: it is not kept, if null */
function textElements(content: string | null, reported: string | null): HTMLElement {
  const texts = make(
    'div',
    {},
    content === null
      ? make('p', { class: 'hint' }, strings.theMessageWasDeleted)
      : quotedText(content),
  )
  if (reported !== null && reported !== content)
    texts.append(make('p', { class: 'hint' }, strings.whenItWasReported), quotedText(reported))
  return texts
}

function quotedText(text: string): HTMLElement {
  const quote = make('blockquote', { class: 'quoted', dir: 'auto' }, text)
  if (!needsFolding(text, charactersPerLine(innerWidth))) return quote
  const unfold = make('button', { type: 'button', class: 'plain' }, strings.showAll)
  setAttribute(quote, 'data-folded', true)
  unfold.addEventListener('click', () => {
    setAttribute(quote, 'data-folded', null)
    unfold.remove()
    quote.tabIndex = -1
    quote.focus({ preventScroll: true })
  })
  return make('div', {}, quote, unfold)
}
