import { useState } from "preact/hooks";
import { addressOf, useAddress } from "../address";
import { bytes } from "../format";
import { useLive } from "../live";
import { ObjectView } from "./object";
import { Answer, Panel, Read } from "../parts";

/** The lake as a tree, and the content of the chosen object. */
export function Lake() {
  const live = useLive("buckets", { topics: [] });
  const [bucketOfObject, objectKey] = useAddress();
  return (
    <div class="sides">
      <Panel title="Lake">
        <Answer live={live}>
          {(buckets) => (
            <ul class="tree">
              {buckets.map((bucket) => (
                <Folder key={bucket} bucket={bucket} prefix="" name={bucket} open chosen={objectKey} />
              ))}
            </ul>
          )}
        </Answer>
      </Panel>
      {bucketOfObject === undefined || objectKey === undefined ? (
        <Panel title="Object" note="Choose a file of the tree: CSV, Parquet and commits open as tables.">
          {undefined}
        </Panel>
      ) : (
        <ObjectView key={`${bucketOfObject}/${objectKey}`} bucket={bucketOfObject} objectKey={objectKey} />
      )}
    </div>
  );
}

interface FolderProps {
  readonly bucket: string;
  readonly prefix: string;
  readonly name: string;
  readonly chosen: string | undefined;
  readonly open?: boolean;
}

/** The content of a folder is requested when a person opens it. */
function Folder({ bucket, prefix, name, chosen, open = false }: FolderProps) {
  const [isOpen, setOpen] = useState(open || (prefix !== "" && chosen?.startsWith(prefix) === true));
  return (
    <li>
      <button type="button" class="plain" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? "▾" : "▸"} {name}
      </button>
      {isOpen && <Contents bucket={bucket} prefix={prefix} chosen={chosen} after="" />}
    </li>
  );
}

function Contents(props: Omit<FolderProps, "name" | "open"> & { readonly after: string }) {
  const { bucket, prefix, chosen, after } = props;
  const [more, setMore] = useState(false);
  const live = useLive("folder", { topics: ["runs"], query: { bucket, prefix, after } });
  return (
    <Answer live={live}>
      {(reading) => (
        <Read reading={reading} what={`The folder ${prefix === "" ? bucket : prefix}`}>
          {({ folders, objects, next }) => (
            <>
              <ul>
                {folders.map((folder) => (
                  <Folder
                    key={folder}
                    bucket={bucket}
                    prefix={folder}
                    name={folder.slice(prefix.length)}
                    chosen={chosen}
                  />
                ))}
                {objects.map(({ key, bytes: size }) => (
                  <li key={key}>
                    <a
                      href={addressOf("lake", bucket, key)}
                      aria-current={key === chosen ? "true" : undefined}
                    >
                      {key.slice(prefix.length)}
                    </a>{" "}
                    <span class="note">{bytes(size)}</span>
                  </li>
                ))}
                {folders.length + objects.length === 0 && <li class="note">nothing yet</li>}
                {next !== null && !more && (
                  <li>
                    <button type="button" class="plain" onClick={() => setMore(true)}>
                      more…
                    </button>
                  </li>
                )}
              </ul>
              {next !== null && more && <Contents {...props} after={next} />}
            </>
          )}
        </Read>
      )}
    </Answer>
  );
}
