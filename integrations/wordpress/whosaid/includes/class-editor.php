<?php
/**
 * The side bar of the block editor.
 *
 * @package Whosaid
 */

namespace Whosaid;

defined( 'ABSPATH' ) || exit;

/**
 * Loads the side bar's script and style where posts are edited.
 */
final class Editor {

	/**
	 * Tells WordPress to load the side bar.
	 */
	public function register() {
		add_action( 'init', array( $this, 'load_translations' ) );
		add_action( 'enqueue_block_editor_assets', array( $this, 'enqueue' ) );
	}

	/**
	 * Loads the plug-in's translations.
	 */
	public function load_translations() {
		load_plugin_textdomain( 'whosaid', false, dirname( plugin_basename( FILE ) ) . '/languages' );
	}

	/**
	 * Loads script and style for posts that have a page of their own; not for templates or widgets.
	 */
	public function enqueue() {
		$screen = get_current_screen();
		if ( ! $screen || 'post' !== $screen->base || ! is_post_type_viewable( $screen->post_type ) ) {
			return;
		}
		$packages = array( 'wp-a11y', 'wp-api-fetch', 'wp-components', 'wp-data', 'wp-edit-post', 'wp-editor', 'wp-element', 'wp-i18n', 'wp-plugins' );
		wp_enqueue_script( 'whosaid-editor', plugins_url( 'assets/editor.js', FILE ), $packages, VERSION, true );
		wp_set_script_translations( 'whosaid-editor', 'whosaid', plugin_dir_path( FILE ) . 'languages' );
		wp_enqueue_style( 'whosaid-editor', plugins_url( 'assets/editor.css', FILE ), array( 'wp-components' ), VERSION );
	}
}
