// The buttons over the list: up to where the new messages begin, and down to the newest one.

import type { ReadMarker } from '../../client/state.ts'
import { icon, make, setAttribute, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { newMessagesLabel, unreadLabel } from '../text/sentences.ts'

export type JumpButtonsOptions = { toFirstNew: () => void; toEnd: () => void }

type JumpTargets = {
  /** The number of new messages that begin further up. */
  newAbove: number
  /** The distance from the newest message. */
  belowPx: number
  marker: ReadMarker | null
}

/** Above this distance, a button leads to the end also if nothing is unread. */
const farFromEndPx = 300

export function createJumpButtons({ toFirstNew, toEnd }: JumpButtonsOptions) {
  const newLabel = make('span')
  const firstNew = make(
    'button',
    { type: 'button', class: 'jump first-new', hidden: true },
    icon('up'),
    newLabel,
  )
  const endLabel = make('span')
  const end = make(
    'button',
    { type: 'button', class: 'jump', hidden: true },
    endLabel,
    icon('down'),
  )
  firstNew.addEventListener('click', toFirstNew)
  end.addEventListener('click', toEnd)
  return {
    firstNew,
    end,
    update({ newAbove, belowPx, marker }: JumpTargets): void {
      const { unread, mentions } = marker ?? { unread: 0, mentions: 0 }
      firstNew.hidden = newAbove === 0
      setText(newLabel, newMessagesLabel(newAbove))
      setAttribute(
        firstNew,
        'aria-label',
        fill(strings.valueGoToTheFirstOne, { value: newMessagesLabel(newAbove) }),
      )
      end.hidden = belowPx === 0 || (unread === 0 && belowPx < farFromEndPx)
      setText(endLabel, unreadLabel(unread, mentions))
      setAttribute(end, 'data-count', unread || null)
      setAttribute(end, 'data-mentions', mentions || null)
    },
  }
}
