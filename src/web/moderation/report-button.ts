// The button in the header that opens moderation. It shows the number of open reports, and screen
// readers hear when that changes.

import { make, setAttribute, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { openReportsSentence } from './open-reports.ts'

const svg = 'http://www.w3.org/2000/svg'
const shield = 'M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6z'

function shieldIcon(): SVGElement {
  const drawing = document.createElementNS(svg, 'svg')
  const path = document.createElementNS(svg, 'path')
  path.setAttribute('d', shield)
  drawing.append(path)
  setAttribute(drawing, 'viewBox', '0 0 24 24')
  setAttribute(drawing, 'class', 'icon')
  setAttribute(drawing, 'aria-hidden', 'true')
  return drawing
}

export function createReportButton(onPress: () => void) {
  const count = make('span', { 'aria-hidden': 'true' })
  const label = make('span', { class: 'visually-hidden' })
  const button = make(
    'button',
    { type: 'button', class: 'moderation-button', 'aria-haspopup': 'dialog' },
    shieldIcon(),
    count,
    label,
  )
  const announcement = make('span', { class: 'visually-hidden', role: 'status' })
  const element = make('div', { class: 'moderation-entry', hidden: true }, button, announcement)
  button.addEventListener('click', onPress)
  return {
    element,
    /** @param text as `OpenReports` gives it */
    setCount(text: string | null): void {
      setText(count, text ?? '')
      setText(label, fill(strings.moderationValue, { value: openReportsSentence(text) }))
      setText(announcement, openReportsSentence(text))
      setAttribute(button, 'data-count', text)
    },
    /** Nobody counts any more. */
    clear(): void {
      setText(announcement, '')
    },
  }
}
