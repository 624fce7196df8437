// Work on many items, some of it at a time.

/** How much is done at a time, and how results are given out. */
export interface Pace {
  /** Items that are worked on at a time. */
  readonly most: number;
  /** Results in the order of the items: those that are ready and must wait are as many again, at most. Otherwise as they come. */
  readonly ordered: boolean;
}

/**
 * The results of the work on each item. One item is taken ahead, so that it is there when there is room. What fails first ends all.
 * The caller ends what is still under way when it stops early.
 */
export async function* underWay<Item, Result>(
  items: AsyncIterable<Item>,
  work: (item: Item) => Promise<Result>,
  { most, ordered }: Pace,
): AsyncGenerator<Result, void, undefined> {
  const ready = new Map<number, Result>();
  let taken = 0;
  let given = 0;
  let busy = 0;
  let over = false;
  let stopped = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};
  let widen = () => {};
  const fail = (error: unknown) => {
    failure ??= { error };
    wake();
  };
  const full = () => busy >= most || (ordered ? taken - given : busy + ready.size) >= 2 * most;
  const begin = (item: Item, place: number) => {
    busy++;
    work(item)
      .then((result) => void ready.set(place, result))
      .catch(fail)
      .finally(() => {
        busy--;
        wake();
        widen();
      });
  };
  const take = async () => {
    for await (const item of items) {
      while (full() && !stopped)
        await new Promise<void>((resolve) => {
          widen = resolve;
        });
      if (stopped) return;
      begin(item, taken++);
    }
    over = true;
    wake();
  };
  take().catch(fail);
  try {
    for (;;) {
      if (failure) throw failure.error;
      const place = ordered ? given : (ready.keys().next().value ?? -1);
      if (ready.has(place)) {
        const result = ready.get(place) as Result;
        ready.delete(place);
        given++;
        widen();
        yield result;
      } else if (over && busy === 0 && ready.size === 0) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    stopped = true;
    widen();
  }
}
