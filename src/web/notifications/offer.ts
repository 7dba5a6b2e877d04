// Asks once whether the user wants notifications: when somebody has mentioned or answered the user while the page
// had no attention.

import type { SentMessage } from '../../client/state.ts'
import { hasAttention } from '../conversation/watch-attention.ts'
import { make } from '../elements/dom.ts'
import type { SettingsStore } from '../settings/settings.ts'
import * as strings from '../strings/en.json'
import { askPermission, permission } from './permission.ts'
import { concerns } from './worth-telling.ts'

export type OfferOptions = { userId: string; settings: SettingsStore; onAnswered: () => void }

export function createNotificationOffer({ userId, settings, onAnswered }: OfferOptions) {
  const yes = make('button', { type: 'button', class: 'small primary' }, strings.notifyYes)
  const no = make('button', { type: 'button', class: 'small quiet' }, strings.notifyNo)
  const question = make('p', { role: 'status' })
  const element = make(
    'div',
    { class: 'notification-offer', hidden: true },
    question,
    make('div', { class: 'offer-end' }, no, yes),
  )
  const answer = (change: { notify?: 'mentions' }) => {
    settings.set({ ...change, asked: 'yes' })
    element.hidden = true
    onAnswered()
  }
  yes.addEventListener('click', () => {
    answer({ notify: 'mentions' })
    void askPermission()
  })
  no.addEventListener('click', () => answer({}))
  return {
    element,
    onMessage(message: SentMessage): void {
      const { notify, asked } = settings.current
      const isOpen = notify === 'off' && asked === 'no' && permission() === 'default'
      if (!isOpen || hasAttention() || !concerns(message, userId)) return
      element.hidden = false
      question.textContent = strings.notifyQuestion
    },
  }
}
