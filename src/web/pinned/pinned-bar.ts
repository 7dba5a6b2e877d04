// The bar above the conversation, with the announcement and the pinned messages.

import type { Room } from '../../client/contract.ts'
import { make } from '../elements/dom.ts'
import { isStaff, type Viewer } from '../permissions.ts'
import { createAnnouncement } from './announcement.ts'
import { createPinnedMessages, type PinnedMessagesOptions } from './pinned-messages.ts'

const noPins: Room['pins'] = []

export function createPinnedBar(options: PinnedMessagesOptions) {
  const announcement = createAnnouncement()
  const pins = createPinnedMessages(options)
  const element = make(
    'div',
    { class: 'pinned', hidden: true },
    announcement.element,
    pins.button,
    pins.popover,
  )
  return {
    element,
    update(room: Room | null, viewer: Viewer): void {
      announcement.update(room?.announcement ?? null)
      pins.update(room?.pins ?? noPins, isStaff(viewer.role))
      element.hidden = announcement.element.hidden && pins.button.hidden
    },
  }
}
