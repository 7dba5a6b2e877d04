// The buttons beside a message.

import { iconButton, make } from '../elements/dom.ts'
import type { MessageRights } from '../permissions.ts'

const buttons = {
  reply: () => iconButton('reply', 'Reply', { 'data-action': 'reply' }),
  edit: () => iconButton('edit', 'Edit message', { 'data-action': 'edit' }),
  remove: () => iconButton('remove', 'Delete message', { 'data-action': 'remove' }),
  menu: () =>
    iconButton('more', 'More actions', { 'data-action': 'menu', 'aria-haspopup': 'dialog' }),
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
