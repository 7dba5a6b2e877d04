// How far a person has read, in two places: the room has the marker that it was told last, unless it lost its
// storage since, and the archive one that may be older. The newer one is right.

/** How far a person has read, as the archive stores it. */
export type StoredReadMarker = { user_id: string; message_id: string }

/** How far a person has read, as far as the room knows; `lastReadId` null: it knows of nothing. */
export type RoomMarker = {
  lastReadId: string | null
  /** The room has all messages from this id on; null: it has none. */
  tailFrom: string | null
}

/**
 * Whether the room alone knows the marker, and all that came after it. A room that lost its storage has
 * only messages that are newer than every marker from before.
 */
export function isWithinRoom({ lastReadId, tailFrom }: RoomMarker): boolean {
  return lastReadId !== null && tailFrom !== null && lastReadId >= tailFrom
}
