<?php
/**
 * Entities as terms.
 *
 * @package Whosaid
 */

namespace Whosaid;

use WP_Error;
use WP_Post;
use WP_Taxonomy;

defined( 'ABSPATH' ) || exit;

/**
 * Finds or makes the terms that entities become when editors accept them.
 */
final class Terms {

	const URI = '_whosaid_uri';

	/**
	 * Which taxonomies each type belongs to.
	 *
	 * @var Settings
	 */
	private $settings;

	/**
	 * Takes which taxonomies each type belongs to.
	 *
	 * @param Settings $settings Where settings are kept.
	 */
	public function __construct( Settings $settings ) {
		$this->settings = $settings;
	}

	/**
	 * Returns where an entity belongs, and which terms of that name there are already.
	 *
	 * @param WP_Post $post   The post to tag.
	 * @param array   $entity One of an answer.
	 * @return array[] Of each taxonomy its name, its key among the post's fields in the REST API,
	 *                 and the id of the term, or null.
	 */
	public function find_all( WP_Post $post, array $entity ) {
		$found = array();
		foreach ( $this->taxonomies( $post, $entity['type'] ) as $taxonomy ) {
			$found[] = $this->describe( $taxonomy, $this->find( $taxonomy, $entity ) );
		}
		return $found;
	}

	/**
	 * Returns the same after making the terms that there are not yet.
	 *
	 * @param WP_Post $post   The post to tag.
	 * @param array   $entity One of an answer.
	 * @return array[]|WP_Error
	 */
	public function make_all( WP_Post $post, array $entity ) {
		$made = array();
		foreach ( $this->taxonomies( $post, $entity['type'] ) as $taxonomy ) {
			$id = $this->find( $taxonomy, $entity );
			$id = null === $id ? $this->make( $taxonomy, $entity ) : $id;
			if ( is_wp_error( $id ) ) {
				return $id;
			}
			if ( '' !== $entity['uri'] ) {
				add_term_meta( $id, self::URI, wp_slash( $entity['uri'] ), true );
			}
			$made[] = $this->describe( $taxonomy, $id );
		}
		return $made;
	}

	/**
	 * Returns the taxonomies that are set for a type, which posts of this kind have and this user
	 * may put on posts.
	 *
	 * @param WP_Post $post The post to tag.
	 * @param string  $type One of Settings::TYPES.
	 * @return WP_Taxonomy[]
	 */
	private function taxonomies( WP_Post $post, $type ) {
		$chosen = array_intersect_key( Settings::taxonomies_on_offer(), array_flip( $this->settings->all()['taxonomies'][ $type ] ?? array() ) );
		return array_filter(
			$chosen,
			static function ( WP_Taxonomy $taxonomy ) use ( $post ) {
				return is_object_in_taxonomy( $post->post_type, $taxonomy->name ) && current_user_can( $taxonomy->cap->assign_terms );
			}
		);
	}

	/**
	 * Returns the id of the term with the entity's URI, or else with its name, at any level of a
	 * hierarchy; null if there is none. A term that was renamed is found by its URI.
	 *
	 * @param WP_Taxonomy $taxonomy Where.
	 * @param array       $entity   One of an answer.
	 */
	private function find( WP_Taxonomy $taxonomy, array $entity ) {
		$any = array(
			'taxonomy'   => $taxonomy->name,
			'hide_empty' => false,
			'fields'     => 'ids',
			'number'     => 1,
			'orderby'    => 'term_id',
		);
		$ids = array();
		if ( '' !== $entity['uri'] ) {
			$ids = get_terms(
				$any + array(
					'meta_key'   => self::URI, // phpcs:ignore WordPress.DB.SlowDBQuery
					'meta_value' => $entity['uri'], // phpcs:ignore WordPress.DB.SlowDBQuery
				)
			);
		}
		if ( ! is_array( $ids ) || ! $ids ) {
			$ids = get_terms( $any + array( 'name' => $entity['name'] ) );
		}
		return is_array( $ids ) && $ids ? (int) $ids[0] : null;
	}

	/**
	 * Makes a term; in a hierarchy, at the top. Who may do so is what WordPress's own REST API says.
	 *
	 * @param WP_Taxonomy $taxonomy Where.
	 * @param array       $entity   One of an answer.
	 * @return int|WP_Error
	 */
	private function make( WP_Taxonomy $taxonomy, array $entity ) {
		if ( ! current_user_can( $taxonomy->hierarchical ? $taxonomy->cap->edit_terms : $taxonomy->cap->assign_terms ) ) {
			/* translators: %s: the name of a taxonomy, such as Categories. */
			return new WP_Error( 'whosaid_may_not_add', sprintf( __( 'You may not add new entries to “%s”. Ask somebody who may.', 'whosaid' ), $taxonomy->labels->name ), array( 'status' => 403 ) );
		}
		// WordPress takes markup out of names, and may make a term without any.
		if ( '' === sanitize_term_field( 'name', $entity['name'], 0, $taxonomy->name, 'db' ) ) {
			return new WP_Error( 'whosaid_no_name', __( 'WordPress cannot make a tag of this name: it is all markup.', 'whosaid' ), array( 'status' => 400 ) );
		}
		$made = wp_insert_term( wp_slash( $entity['name'] ), $taxonomy->name );
		if ( ! is_wp_error( $made ) ) {
			return (int) $made['term_id'];
		}
		if ( 'term_exists' === $made->get_error_code() ) {
			return (int) $made->get_error_data();
		}
		/* translators: %s: WordPress's reason. */
		return new WP_Error( 'whosaid_no_tag', sprintf( __( 'WordPress cannot make a tag of this name: %s', 'whosaid' ), $made->get_error_message() ), array( 'status' => 400 ) );
	}

	/**
	 * Returns what the block editor needs to put a term on a post.
	 *
	 * @param WP_Taxonomy $taxonomy Of the term.
	 * @param int|null    $id       Of the term.
	 */
	private function describe( WP_Taxonomy $taxonomy, $id ) {
		return array(
			'taxonomy'  => $taxonomy->name,
			'attribute' => $taxonomy->rest_base ? $taxonomy->rest_base : $taxonomy->name,
			'id'        => $id,
		);
	}
}
