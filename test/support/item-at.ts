/** Lists whose length a test knows. */

/** Returns an item of a list; throws when it is not there. */
export function itemAt<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`the list has ${list.length} items, and item ${index} was wanted`);
  return item;
}
