// The buttons beside a message.

import { iconButton, make } from '../elements/dom.ts'
import type { MessageRights } from '../permissions.ts'
import * as strings from '../strings/en.json'

const buttons = {
  pick: () =>
    iconButton('react', strings.addReaction, { 'data-action': 'pick', 'aria-haspopup': 'dialog' }),
  reply: () => iconButton('reply', strings.reply, { 'data-action': 'reply' }),
  edit: () => iconButton('edit', strings.editMessage, { 'data-action': 'edit' }),
  remove: () => iconButton('remove', strings.deleteMessage, { 'data-action': 'remove' }),
  menu: () =>
    iconButton('more', strings.moreActions, { 'data-action': 'menu', 'aria-haspopup': 'dialog' }),
}

type ButtonName = keyof typeof buttons

/** The names of the buttons, as one text that can be compared. */
export function buttonNames(rights: MessageRights): string {
  const names: ButtonName[] = [...rights.buttons, 'menu']
  return names.join(' ')
}

/** @param names as `buttonNames` gives them */
export function actionButtons(names: string): HTMLElement {
  const all = names.split(' ') as ButtonName[]
  return make('div', { class: 'actions' }, ...all.map((name) => buttons[name]()))
}
