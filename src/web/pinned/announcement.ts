// The announcement of the moderators. A long one is cut after some lines, and can be unfolded.

import { icon, make, setAttribute, setText } from '../elements/dom.ts'
import { linkedText } from '../elements/linked-text.ts'
import * as strings from '../strings/en.json'
import { splitLinks } from '../text/links.ts'

export function createAnnouncement() {
  // A change is read out.
  const text = make('p', {
    class: 'announcement-text',
    id: 'announcement-text',
    dir: 'auto',
    'aria-live': 'polite',
  })
  const toggle = make('button', {
    type: 'button',
    class: 'plain',
    'aria-controls': 'announcement-text',
    hidden: true,
  })
  const element = make(
    'section',
    { class: 'announcement', 'aria-label': strings.announcement, hidden: true },
    icon('announcement'),
    text,
    toggle,
  )
  let shown: string | null = null
  let isUnfolded = false

  const draw = () => {
    setAttribute(element, 'data-unfolded', isUnfolded)
    setAttribute(toggle, 'aria-expanded', String(isUnfolded))
    setText(toggle, isUnfolded ? strings.showLess : strings.showAll)
    // A keyboard can scroll only what has the focus.
    setAttribute(text, 'tabindex', isUnfolded ? 0 : null)
    toggle.hidden = !isUnfolded && text.scrollHeight <= text.clientHeight
  }
  const setUnfolded = (unfolded: boolean) => {
    isUnfolded = unfolded
    draw()
  }
  toggle.addEventListener('click', () => setUnfolded(!isUnfolded))
  new ResizeObserver(draw).observe(text)

  return {
    element,
    update(announcement: string | null): void {
      if (announcement === shown) return
      shown = announcement
      element.hidden = announcement === null
      text.replaceChildren(...linkedText(splitLinks(announcement ?? '')))
      setUnfolded(false)
    },
  }
}
