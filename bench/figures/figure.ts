// A figure of the bench measures something and gives its report.

import type { Bundle } from '../harness/bundle.ts'
import { type Harness, type RoomOptions, type RunningRoom, startRoom } from '../harness/room.ts'
import { openStores } from '../harness/stores.ts'
import { type LoadGenerator, startLoadGenerator } from '../load-generator/start.ts'

/** `short`: to look. `full`: to quote. */
export type Mode = 'short' | 'full'

export type Report = {
  lines: string[]
  /** SVG files, by their names. */
  charts?: Record<string, string>
}

export type Figure = (bundle: Bundle, mode: Mode) => Promise<Report>

/** A figure of the room alone, with a Postgres and a Redis in memory. */
export function roomFigure<Options>(
  modes: Record<Mode, Options>,
  measure: (harness: Harness, options: Options) => Promise<string[]>,
): Figure {
  return async (bundle, mode) => {
    const stores = await openStores()
    try {
      return { lines: await measure({ bundle, stores }, modes[mode]) }
    } finally {
      await stores.close()
    }
  }
}

/** Stops the room and the load generator when the measurement has ended, whatever comes of it. */
export async function withRoom<T>(
  harness: Harness,
  options: RoomOptions,
  measure: (room: RunningRoom, generator: LoadGenerator) => Promise<T>,
): Promise<T> {
  const room = await startRoom(harness, options)
  const generator = startLoadGenerator()
  try {
    return await measure(room, generator)
  } finally {
    generator.stop()
    await room.stop()
  }
}

export function logProgress(step: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} … ${step}`)
}
