interface Named {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
}

/** The names in a list, in its order. */
export function names(list: { readonly items: readonly Named[] }): readonly string[] {
  return list.items.map(({ metadata }) => metadata.name);
}

export function versionOf({ metadata }: Named): number {
  return Number(metadata.resourceVersion);
}
