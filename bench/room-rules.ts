// How much each figure of the room asks for, in a short run and in one to quote.

import type { CompressionRules } from './figures/compression.ts'
import type { CostRules } from './figures/cost.ts'
import type { CrowdMemoryRules } from './figures/crowd-memory.ts'
import type { HistoryRules } from './figures/history.ts'
import type { JoinsRules } from './figures/joins.ts'
import type { StormRules } from './figures/storm.ts'

export type RoomRules = {
  joins: JoinsRules
  storm: StormRules
  history: HistoryRules
  memory: CrowdMemoryRules
  cost: CostRules
  compression: CompressionRules
}

export const roomRules: Record<'short' | 'full', RoomRules> = {
  short: {
    joins: { people: 200, dialects: ['chat.v1', 'plain'] },
    storm: { people: 200, missed: 100, contentBytes: 80 },
    history: { rows: 50_000, online: 200, seconds: 2, callers: [1, 20] },
    memory: { sockets: [100, 500, 1_000], rate: 5, seconds: 5 },
    cost: {
      listeners: [50, 100],
      busy: { rate: 200, seconds: 10 },
      sparse: { rate: 0.5, seconds: 20 },
    },
    compression: {
      sockets: 200,
      rates: { calm: 20, busy: 100 },
      seconds: 5,
      contentBytes: 80,
      rounds: 1,
    },
  },
  full: {
    joins: { people: 2_000, dialects: ['chat.v1', 'plain'] },
    storm: { people: 2_000, missed: 500, contentBytes: 80 },
    history: { rows: 1_001_000, online: 2_000, seconds: 6, callers: [1, 20, 100] },
    memory: { sockets: [1_000, 5_000, 10_000], rate: 5, seconds: 30 },
    cost: {
      listeners: [100, 1_000],
      busy: { rate: 200, seconds: 60 },
      sparse: { rate: 0.5, seconds: 30 },
    },
    compression: {
      sockets: 200,
      rates: { calm: 20, busy: 100 },
      seconds: 20,
      contentBytes: 80,
      rounds: 5,
    },
  },
}
