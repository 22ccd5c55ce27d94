import { columnsOf, constant, references, whenNull } from "../../../domain/model/columns";
import { computed } from "../../../domain/model/computed";
import { dimDate } from "../../../domain/model/dim-date";
import type { Model } from "../../../domain/model/model";
import { optional, sourceTable } from "../../../domain/model/source";
import { dimension, fact } from "../../../domain/model/table";
import { bigint, boolean, decimal, integer, text, timestamp } from "../../../domain/model/types";

const artist = sourceTable("artist", {
  key: "artist_id",
  columns: { artist_id: integer, name: optional(text) },
});
const album = sourceTable("album", {
  key: "album_id",
  columns: { album_id: integer, title: text, artist_id: integer },
});
const genre = sourceTable("genre", {
  key: "genre_id",
  columns: { genre_id: integer, name: optional(text) },
});
const track = sourceTable("track", {
  key: "track_id",
  columns: {
    track_id: integer,
    name: text,
    album_id: optional(integer),
    genre_id: optional(integer),
    milliseconds: integer,
    bytes: optional(bigint),
    unit_price: decimal(10, 2),
  },
});
const playlistTrack = sourceTable("playlist_track", {
  key: ["playlist_id", "track_id"],
  columns: { playlist_id: integer, track_id: integer },
});
const playlist = sourceTable("playlist", {
  key: "playlist_id",
  columns: { playlist_id: integer, name: optional(text) },
});
const employee = sourceTable("employee", {
  key: "employee_id",
  columns: { employee_id: integer, last_name: text, reports_to: optional(integer) },
});
const customer = sourceTable("customer", {
  key: "customer_id",
  columns: {
    customer_id: integer,
    last_name: text,
    country: optional(text),
    support_rep_id: optional(integer),
  },
});
const invoice = sourceTable("invoice", {
  key: "invoice_id",
  columns: {
    invoice_id: integer,
    customer_id: integer,
    invoice_date: timestamp,
    total: decimal(10, 2),
    deleted_at: optional(timestamp),
  },
});
const invoiceLine = sourceTable("invoice_line", {
  key: "invoice_line_id",
  columns: {
    invoice_line_id: integer,
    invoice_id: integer,
    track_id: integer,
    unit_price: decimal(10, 2),
    quantity: integer,
  },
});
const refund = sourceTable("refund", {
  key: "refund_id",
  columns: { refund_id: integer, invoice_id: integer, amount: decimal(10, 2), refunded_at: timestamp },
});

const song = columnsOf(track);
const onAlbum = song.leftJoin("album_id", album);
const style = columnsOf(genre);
const buyer = columnsOf(customer);
const support = buyer.leftJoin("support_rep_id", employee);
const line = columnsOf(invoiceLine);
const ofInvoice = line.innerJoin("invoice_id", invoice);
const ofTrack = line.innerJoin("track_id", track);
const bill = columnsOf(invoice);
const back = columnsOf(refund);
const refunded = back.innerJoin("invoice_id", invoice);
const listed = columnsOf(playlistTrack);

export const model: Model = {
  version: 1,
  calendar: dimDate,
  tables: [
    dimension("dim_track", {
      description: "Tracks with album and artist.",
      source: track,
      key: "track_id",
      columns: {
        track_id: song.copy("track_id"),
        name: song.copy("name"),
        album: onAlbum.copy("title"),
        artist: whenNull("unknown", onAlbum.leftJoin("artist_id", artist).copy("name")),
        seconds: computed(
          decimal(12, 3),
          { milliseconds: song.copy("milliseconds") },
          ({ milliseconds }) => milliseconds / 1000,
        ),
        bytes: song.copy("bytes"),
      },
    }),
    dimension("dim_genre", {
      description: "Genres.",
      source: genre,
      key: "genre_id",
      columns: { genre_id: style.copy("genre_id"), name: style.copy("name") },
    }),
    dimension("dim_customer", {
      description: "Customers, their support and its manager.",
      source: customer,
      key: "customer_id",
      columns: {
        customer_id: buyer.copy("customer_id"),
        last_name: buyer.copy("last_name"),
        country: buyer.copy("country"),
        support: support.copy("last_name"),
        manager: support.leftJoin("reports_to", employee).copy("last_name"),
      },
    }),
    fact("fact_playlist_track", {
      description: "Which track is on which playlist.",
      source: playlistTrack,
      key: ["playlist_id", "track_id"],
      surrogateKey: "playlist_track_record_id",
      currentView: "current_playlist_track",
      columns: {
        playlist_id: listed.copy("playlist_id"),
        track_id: references("dim_track", listed.copy("track_id")),
        playlist: listed.innerJoin("playlist_id", playlist).copy("name"),
      },
    }),
    fact("fact_invoice_line", {
      description: "The lines of all invoices that were not deleted.",
      source: invoiceLine,
      key: "invoice_line_id",
      surrogateKey: "invoice_line_record_id",
      currentView: "current_invoice_line",
      where: computed(boolean, { deleted: ofInvoice.copy("deleted_at") }, ({ deleted }) => deleted === null),
      columns: {
        invoice_line_id: line.copy("invoice_line_id"),
        invoice_id: line.copy("invoice_id"),
        track_id: references("dim_track", line.copy("track_id")),
        genre_id: references("dim_genre", ofTrack.copy("genre_id")),
        customer_id: references("dim_customer", ofInvoice.copy("customer_id")),
        country: ofInvoice.innerJoin("customer_id", customer).copy("country"),
        invoice_date: references("dim_date", ofInvoice.dateOf("invoice_date")),
        invoice_time: ofInvoice.timeOf("invoice_date"),
        amount: computed(
          decimal(12, 2),
          { price: line.copy("unit_price"), quantity: line.copy("quantity") },
          ({ price, quantity }) => price.times(quantity),
        ),
      },
    }),
    fact("fact_cash_flow", {
      description: "Money that came in by invoices, and went out by refunds.",
      source: invoice,
      key: ["kind", "id"],
      surrogateKey: "cash_flow_record_id",
      currentView: "current_cash_flow",
      columns: {
        kind: constant(text, "invoice"),
        id: bill.copy("invoice_id"),
        customer_id: references("dim_customer", bill.copy("customer_id")),
        day: references("dim_date", bill.dateOf("invoice_date")),
        amount: bill.copy("total"),
      },
      also: [
        {
          source: refund,
          columns: {
            kind: constant(text, "refund"),
            id: back.copy("refund_id"),
            customer_id: references("dim_customer", refunded.copy("customer_id")),
            day: references("dim_date", back.dateOf("refunded_at")),
            amount: computed(decimal(10, 2), { amount: back.copy("amount") }, ({ amount }) =>
              amount.times(-1),
            ),
          },
        },
      ],
    }),
  ],
};
