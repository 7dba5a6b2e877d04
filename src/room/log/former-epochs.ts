// The epochs that this room's log had before: a fence of one of them is from the room's own past.

import type { Meta } from './meta.ts'

const keptMax = 50

export function formerEpochs(meta: Meta): string[] {
  return JSON.parse(meta.text('former_epochs') ?? '[]')
}

export function rememberEpoch(meta: Meta, epoch: string): void {
  const others = formerEpochs(meta).filter((former) => former !== epoch)
  meta.set('former_epochs', JSON.stringify([...others, epoch].slice(-keptMax)))
}
