// The dialogs of the room that are loaded when they are opened.

import type { Member, Restrictions } from '../client/contract.ts'
import { type AddDialog, createPart } from './elements/load-part.ts'
import type { createPersonCard, PersonCardOptions } from './person-card/person-card.ts'
import type { SettingsStore } from './settings/settings.ts'

type RoomDialogsOptions = PersonCardOptions & {
  settings: SettingsStore
  addDialog: AddDialog
}

export function createRoomDialogs(options: RoomDialogsOptions) {
  const { settings, addDialog, signal } = options
  const settingsDialog = createPart(
    {
      load: () => import('./settings/settings-dialog.ts'),
      begin: ({ createSettingsDialog }) => addDialog(createSettingsDialog(settings, signal)),
    },
    signal,
  )
  let card: ReturnType<typeof createPersonCard> | null = null
  const personCard = createPart(
    {
      load: () => import('./person-card/person-card.ts'),
      begin({ createPersonCard }) {
        card = addDialog(createPersonCard(options))
        return card
      },
    },
    signal,
  )
  return {
    openSettings: () => void settingsDialog(({ open }) => open()),
    personCard: {
      open: (person: Member) => void personCard(({ open }) => open(person)),
      update: () => card?.update(),
      onErased: (erased: { user_id: string }) => card?.onErased(erased),
      onRestricted: (person: { user_id: string } & Restrictions) => card?.onRestricted(person),
    },
  }
}
