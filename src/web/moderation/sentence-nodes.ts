// Draws sentences and times in lists of moderation.

import { make, nameElement } from '../elements/dom.ts'
import { formatFullTime } from '../text/times.ts'
import type { SentencePart } from './sentence-parts.ts'
import { timeText } from './time-texts.ts'

export function sentenceNodes(parts: readonly SentencePart[]): (Node | string)[] {
  return parts.map((part) => {
    if (typeof part === 'string') return part
    return 'name' in part ? nameElement(part.name) : make('bdi', {}, part.reason)
  })
}

export function timeElement(iso: string): HTMLElement {
  const title = formatFullTime(Date.parse(iso))
  return make('time', { datetime: iso, title, dir: 'auto' }, timeText(iso, Date.now()))
}
