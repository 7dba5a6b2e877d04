// Shows beside a chip who reacted, while the pointer or the focus is on it. The people are loaded only then.

import type { ChatClient } from '../../client/chat-client.ts'
import { make, setText } from '../elements/dom.ts'
import { placePopover } from '../elements/place-popover.ts'
import * as strings from '../strings/en.json'
import type { Chip } from './chips-of.ts'
import { whoText } from './who-text.ts'

export type WhoTooltipOptions = {
  chat: Pick<ChatClient, 'whoReacted'>
  userId: string
  list: HTMLElement
  /** What a chip shows now; null: it is gone. */
  chipOf: (element: HTMLElement) => { id: string; chip: Chip } | null
  signal: AbortSignal
}

/** The pointer only passes by. */
const delayMs = 350
const keptMax = 50
const tooltipId = 'who-reacted'

export function createWhoTooltip(options: WhoTooltipOptions): HTMLElement {
  const { chat, userId, list, chipOf, signal } = options
  const element = make('div', {
    ...{ class: 'who-tooltip', id: tooltipId, popover: 'manual', role: 'tooltip', dir: 'auto' },
  })
  const known = new Map<string, string>()
  let target: HTMLElement | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const textOf = async (id: string, chip: Chip): Promise<string> => {
    const key = JSON.stringify([id, chip])
    const text =
      known.get(key) ??
      (chip.isOwn && chip.count === 1
        ? whoText(chip, [], userId)
        : whoText(chip, (await chat.whoReacted(id, { emoji: chip.emoji })).people, userId))
    known.set(key, text)
    const [oldest] = known.keys()
    if (known.size > keptMax && oldest !== undefined) known.delete(oldest)
    return text
  }
  const hide = () => {
    clearTimeout(timer)
    target?.removeAttribute('aria-describedby')
    target = null
    if (element.matches(':popover-open')) element.hidePopover()
  }
  const show = async (chip: HTMLElement) => {
    const shown = chipOf(chip)
    if (!shown) return
    const text = await textOf(shown.id, shown.chip).catch(() => strings.whoReactedIsNotAvailable)
    if (target !== chip || !chip.isConnected) return
    setText(element, text)
    element.showPopover()
    placePopover(element, chip)
    chip.setAttribute('aria-describedby', tooltipId)
  }
  const begin = (event: Event) => {
    const chip = event.target instanceof Element ? event.target.closest('.chip[data-emoji]') : null
    if (!(chip instanceof HTMLElement) || chip === target) return
    hide()
    target = chip
    timer = setTimeout(() => void show(chip), delayMs)
  }

  list.addEventListener('pointerover', (event) => event.pointerType === 'mouse' && begin(event))
  list.addEventListener('focusin', (event) => {
    if (event.target instanceof Element && event.target.matches(':focus-visible')) begin(event)
  })
  for (const end of ['pointerout', 'focusout', 'click']) list.addEventListener(end, hide)
  document.addEventListener('keydown', ({ key }) => key === 'Escape' && hide(), { signal })
  document.addEventListener('scroll', hide, { capture: true, passive: true, signal })
  signal.addEventListener('abort', hide)
  return element
}
