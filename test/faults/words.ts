// Words whose letters, quotes and lines a message must keep.

export const words = [
  'tide',
  'Grüße',
  '北京',
  'λόγος',
  '🦑',
  'comma,',
  '"quoted"',
  '\\',
  "it's",
  'två\nrader',
]
