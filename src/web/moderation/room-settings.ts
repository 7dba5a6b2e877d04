// The tab of the room: slow mode, who may write and send links, the announcement, and the reactions. Fields that were
// not edited follow the changes of others.

import type { Room } from '../../client/contract.ts'
import type { Moderation } from '../../client/moderation.ts'
import { problemOf } from '../../client/problem.ts'
import { make, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { moderationFailure } from '../text/failures.ts'
import { createAnnouncementField } from './announcement-field.ts'
import { createReactionsField } from './reactions-field.ts'
import {
  announcementOf,
  audienceLabels,
  audiences,
  changedFields,
  changeOf,
  conflicts,
  followed,
  type RoomValues,
  slowModesWith,
  slowModeText,
  valuesOf,
} from './room-values.ts'
import type { Section } from './section.ts'
import { createSelectField } from './select-field.ts'

export type RoomSettingsOptions = { moderation: Pick<Moderation, 'changeRoom'>; room: Room }

const conflictText = strings.someoneElseHasChangedThisMeanwhileSaving
const audienceChoices = audiences.map((value) => ({ value, label: audienceLabels[value] }))
const newAccountsHint = strings.anAccountIsNewFor10Minutes

/** A fault of a list may name the place in the list. */
const faultOf = (errors: Record<string, string>, name: string): string | null =>
  Object.entries(errors).find(([field]) => field.split('.')[0] === name)?.[1] ?? null

export function createRoomSettings({ moderation, room: first }: RoomSettingsOptions) {
  const form = make('form', { class: 'settings', novalidate: true, 'aria-label': strings.room })
  const slowMode = createSelectField({
    name: 'slow-mode',
    label: strings.slowMode,
    choices: [],
    hint: strings.theLeastTimeBetweenTwoMessagesOf,
  })
  const posting = createSelectField({
    name: 'posting',
    label: strings.whoMayWrite,
    choices: audienceChoices,
    hint: newAccountsHint,
  })
  const links = createSelectField({
    name: 'links',
    label: strings.whoMaySendLinks,
    choices: audienceChoices,
  })
  const announcement = createAnnouncementField(form)
  const reactions = createReactionsField()
  const save = make('button', { type: 'submit', class: 'small primary' }, strings.save)
  const status = make('p', { class: 'help', role: 'status' })
  form.append(
    slowMode.element,
    posting.element,
    links.element,
    announcement.element,
    reactions.element,
    save,
    status,
  )
  const fields = { slow_mode_ms: slowMode, posting, links, announcement, reactions }
  let received = first
  let room = first

  const values = (): RoomValues => ({
    slow_mode_ms: Number(slowMode.select.value),
    posting: posting.select.value as RoomValues['posting'],
    links: links.select.value as RoomValues['links'],
    announcement: announcementOf(announcement.value),
    reactions: reactions.value,
  })
  const show = (shown: RoomValues) => {
    const choices = slowModesWith(room.slow_mode_ms, shown.slow_mode_ms)
    slowMode.setChoices(choices.map((ms) => ({ value: String(ms), label: slowModeText(ms) })))
    slowMode.select.value = String(shown.slow_mode_ms)
    posting.select.value = shown.posting
    links.select.value = shown.links
    if (shown.announcement !== announcementOf(announcement.value))
      announcement.setValue(shown.announcement ?? '')
    if (shown.reactions !== reactions.value) reactions.setValue(shown.reactions)
  }
  const take = (next: Room) => {
    const typed = values()
    const before = valuesOf(room)
    room = next
    for (const name of conflicts(typed, before, valuesOf(room)))
      fields[name].setNotice(conflictText)
    show(followed(typed, before, valuesOf(room)))
  }
  const clearNotices = () => {
    setText(status, '')
    for (const field of Object.values(fields)) field.setProblem(null)
  }

  form.addEventListener('input', () => setText(status, ''))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const change = changedFields(values(), valuesOf(room))
    if (announcement.isTooLong) return announcement.focus()
    if (reactions.isRefused) return reactions.focus()
    clearNotices()
    if (Object.keys(change).length === 0) return setText(status, strings.nothingWasChanged)
    setText(status, strings.saving)
    try {
      const answer = await moderation.changeRoom(changeOf(change))
      // The event of the change may have come first, and a newer one after it.
      if (answer.revision > room.revision) take(answer)
      setText(status, strings.saved)
    } catch (thrown) {
      const { errors = {} } = problemOf(thrown)
      for (const [name, field] of Object.entries(fields)) field.setProblem(faultOf(errors, name))
      setText(status, moderationFailure(thrown))
    }
  })
  show(valuesOf(room))
  const section: Section = { element: form, open() {}, close() {} }
  return {
    section,
    /** Takes the state of the room, also one that is not new. */
    update(next: Room): void {
      if (next === received) return
      received = next
      take(next)
    },
  }
}
